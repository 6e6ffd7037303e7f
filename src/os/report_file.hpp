// SPDX-License-Identifier: Apache-2.0
//
// A file that a report is written to, in a process that may be broken: all of it is async-signal-safe.
#pragma once

namespace weft::detail {

/// Makes the file, or empties it; only the user may read it. A descriptor, or -errno: ENXIO if it is a pipe that nobody
/// reads, for which a report cannot wait.
[[nodiscard]] int create_report(const char* path) noexcept;

/// 0 or errno.
int close_report(int fd) noexcept;

/// The process's number, which differs from that of its parent.
[[nodiscard]] int process_number() noexcept;

}  // namespace weft::detail
