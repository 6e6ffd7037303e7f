// SPDX-License-Identifier: Apache-2.0
//
// How many goroutines may run at once: what a program, its user or the machine asks for (reference P1, P2).
#pragma once

#include <cstdint>

namespace weft::detail {

inline constexpr std::uint32_t most_tokens = 1024;

/// `asked` is run_options.workers; 0: GOMAXPROCS of the environment, else what the machine allows. Panics, or ends the
/// process, if the number makes no sense.
[[nodiscard]] std::uint32_t parallelism(int asked);

}  // namespace weft::detail
