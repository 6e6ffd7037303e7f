// SPDX-License-Identifier: Apache-2.0
//
// Whether nobody but the caller acts: an engine's answer, for those who look at all goroutines at once.
#pragma once

#include <cstdint>

namespace weft::detail {

/// For a goroutine. 0: somebody else runs, or is a thread of which nothing is known. Otherwise a number; if it is the
/// same later, nobody else has run in between, and every other goroutine's registers are on its stack.
[[nodiscard]] std::uint64_t quiet_moment() noexcept;

}  // namespace weft::detail
