// SPDX-License-Identifier: Apache-2.0
//
// The door to time: the kernel's steady clock. Only the sched engine and tools read it; everything above the waist
// asks now(), which sim answers with virtual time.
#pragma once

#include <cstdint>

namespace weft::detail {

/// Nanoseconds since some fixed moment; never goes back. About 21 ns a call.
[[nodiscard]] std::int64_t monotonic_ns() noexcept;

/// The same clock as of the last timer interrupt: up to 4 ms behind monotonic_ns, about 5 ns a call.
[[nodiscard]] std::int64_t coarse_monotonic_ns() noexcept;

}  // namespace weft::detail
