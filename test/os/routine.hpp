// SPDX-License-Identifier: Apache-2.0
//
// The smallest scheduler there is, for tests of fibers: a routine is resumed by whoever holds it, on any thread, and
// pauses back to that one. For ThreadSanitizer resume() and pause() order what comes before and after, as calls would.
#pragma once

#include <functional>
#include <utility>

#include "os/fiber.hpp"

namespace weft::test {

class routine {
 public:
  using body = std::function<void(routine&)>;

  explicit routine(body f) : routine(detail::map_stack(256 * 1024), std::move(f)) {}
  routine(const routine&) = delete;
  routine& operator=(const routine&) = delete;

  /// A routine that is destroyed before it is done is abandoned: the destructors of its frames do not run.
  ~routine() {
    detail::retire_fiber(self_);
    detail::unmap_stack(memory_);
  }

  /// Runs it until it pauses or is done.
  [[gnu::noinline, gnu::noipa]] void resume() {
    detail::adopt_thread(resumer_);
    detail::happens_before(this);
    detail::switch_fiber(resumer_, self_, this, detail::this_thread_exceptions());
    detail::happens_after(this);
  }

  /// Goes back to whoever resumed it. Called by the routine itself.
  [[gnu::noinline, gnu::noipa]] void pause() {
    detail::happens_before(this);
    detail::switch_fiber(self_, resumer_, nullptr, detail::this_thread_exceptions());
    detail::happens_after(this);
  }

  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] const detail::stack& memory() const { return memory_; }
  [[nodiscard]] detail::fiber& self() { return self_; }

 private:
  routine(detail::stack memory, body f) : memory_(memory), body_(std::move(f)) {
    detail::init_fiber(self_, memory, &begin);
  }

  [[gnu::noinline, gnu::noipa]] static void begin(void* message) {
    auto* me = static_cast<routine*>(message);
    detail::fiber_started(me->self_);
    detail::happens_after(me);
    me->body_(*me);
    me->done_ = true;
    detail::happens_before(me);
    detail::switch_fiber_last(me->self_, me->resumer_, nullptr, detail::this_thread_exceptions());
  }

  detail::stack memory_;
  body body_;
  bool done_ = false;
  detail::fiber self_;
  detail::fiber resumer_;  // the thread that resumed it last
};

}  // namespace weft::test
