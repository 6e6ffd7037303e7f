// SPDX-License-Identifier: Apache-2.0
//
// What destructors of sync, and of what is made of it, must know: whether the process is ending.
#pragma once

namespace weft::detail {

/// Called before somebody waits: from then on the beginning of the process's end is noticed.
void watch_for_exit() noexcept;

/// Whether it was noticed.
[[nodiscard]] bool process_is_ending() noexcept;

}  // namespace weft::detail
