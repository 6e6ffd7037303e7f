// SPDX-License-Identifier: Apache-2.0
//
// When main returns the others stop where they are, as in Go; but here the process goes on, and what they leave must
// harm nobody.
//
// A goroutine that parked is linked where somebody may find it for ever: in a channel's queue, in a timer heap, at a
// descriptor. That is so too when it has been woken and has not run since: it unlinks what it did not wait for only
// when it runs. And one that can run may have given way in the middle of something: a condition has its ticket already
// while it unlocks the mutex, and a hand-over gives way. So all keep record and stack, and ready() leaves them alone.
// One that has not run yet keeps its callable: a destructor may block, or wait for a goroutine that is gone.
//
// Rejected: to use the stacks of those again that have merely given way. Nobody can tell which these are.
//
// Memory ordering: `state` is relaxed, as everywhere (goroutine.hpp); whoever wakes a goroutine after the end of its
// run has synchronised with the thread that ended it by other means.
#include "park/abandon.hpp"

#include "os/fiber_annotations.hpp"
#include "os/stack.hpp"
#include "park/registry.hpp"

namespace weft::detail {

namespace {

atomic<std::uint64_t> given_up{0};

}  // namespace

void abandon(goroutine& g) noexcept {
  const goroutine_state state = g.state.load(memory_order_relaxed);
  if (state == goroutine_state::free || state == goroutine_state::abandoned) return;
  leave_for_good(g);
  given_up.fetch_add(1, memory_order_seq_cst);
  if (g.self.bounds.top != nullptr) keep_reachable(g.self.bounds.low(), g.self.bounds.size);
}

std::uint64_t abandoned_so_far() noexcept { return given_up.load(memory_order_seq_cst); }

}  // namespace weft::detail
