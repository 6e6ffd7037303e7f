// SPDX-License-Identifier: Apache-2.0
//
// When main returns the others stop where they are, as in Go; but here the process goes on, and what they leave must
// harm nobody.
//
// A goroutine that parked is linked where somebody may find it for ever: in a channel's queue, in a timer heap, at a
// descriptor. That is so too when it has been woken and has not run since: it unlinks what it did not wait for only
// when it runs. So these keep record and stack, and ready() leaves them alone. One that has not run yet keeps its
// callable: a destructor may block, or wait for a goroutine that is gone. One that merely gave way, on its own stack,
// is known to nobody, and its stack and record are used again (not under AddressSanitizer: what lies on the stack would
// be a leak).
//
// Memory ordering: `state` is relaxed, as everywhere (goroutine.hpp); whoever wakes a goroutine after the end of its
// run has synchronised with the thread that ended it by other means.
#include "park/abandon.hpp"

#include "os/fiber_annotations.hpp"
#include "os/stack.hpp"
#include "park/registry.hpp"

namespace weft::detail {

void abandon(goroutine& g) noexcept {
  const goroutine_state state = g.state.load(memory_order_relaxed);
  if (state == goroutine_state::free || state == goroutine_state::abandoned) return;
  if (state != goroutine_state::runnable || g.on_segment || asan_on) {
    g.state.store(goroutine_state::abandoned, memory_order_relaxed);
    if (g.self.bounds.top != nullptr) keep_reachable(g.self.bounds.low(), g.self.bounds.size);
    return;
  }
  happens_before_as(g.self.notes, &g);  // its record will be another goroutine's
  runtime_left_as(g.self.notes);
  retire_fiber(g.self);
  const stack memory = g.self.bounds;
  forget_stack(memory.low(), memory.size);
  g.self.bounds = {};
  if (g.custom_stack)
    unmap_stack(memory);
  else
    give_stack(memory);
  discard(g);
}

}  // namespace weft::detail
