// SPDX-License-Identifier: Apache-2.0
//
// Goroutines that wait for ever, because nobody who could still act has the channel that they wait for.
//
//     if (auto stuck = weft::find_stuck()) std::fputs(weft::text_of(*stuck).c_str(), stderr);
//
// What is reported is so: no code that still runs could send, receive or close there (decision 0020). It says nothing
// of others: who cannot be proved to be stuck is not reported, and nothing is looked at while others run. So it is for
// tests, and for moments when a server has nothing to do.
//
// Engines: both. To be called by a goroutine. Takes milliseconds, more with much memory in use. Not with a sanitizer,
// whose own memory is too large to be looked at.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "weft/leaks.hpp"

namespace weft {

/// Goroutines blocked in a send, a receive or a select without a limit, of whose channels every handle that is left is
/// held by goroutines that are stuck themselves; alike ones together, as in weft/leaks.hpp. Nothing: others have run
/// all the time for as long as `patience`, or there is a thread that weft does not know, or the kernel does not show
/// the process its memory. The time is that of the engine: virtual under sim.
[[nodiscard]] std::optional<std::vector<leak>> find_stuck(std::chrono::milliseconds patience = std::chrono::seconds(1));

}  // namespace weft
