// SPDX-License-Identifier: Apache-2.0
//
// Whether nobody but the caller acts: an engine's answer, for those who look at all goroutines at once.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::detail {

/// For a goroutine. 0: somebody else runs, or is a thread of which nothing is known. Otherwise a number; if it is the
/// same later, nobody else has run in between, and every other goroutine's registers are on its stack.
[[nodiscard]] std::uint64_t quiet_moment() noexcept;

/// The same for a thread that is not counted (os/thread.hpp): nobody at all runs. Always 0 under sim, whose one thread
/// does not rest.
[[nodiscard]] std::uint64_t idle_moment() noexcept;

/// Defined by chan, called by an engine when it begins: WEFT_DIAG=stuck (weft/stuck.hpp).
void look_for_stuck_if_asked();

/// Calls visit(arg, begin, size) for what the engine keeps per worker, where addresses stay that it has used.
void for_each_worker_memory(void (*visit)(void* arg, const void* begin, std::size_t size), void* arg);

}  // namespace weft::detail
