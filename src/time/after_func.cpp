// SPDX-License-Identifier: Apache-2.0
//
// A delayed call: the same alarm as a timed channel has (alarm.hpp), but set as long as the call is to come.
//
// One truth (T7). due_ is the call: whoever takes it from a moment to `never`, under the lock, has it. If that is the
// alarm's run, the function is called; if it is stop(), it is not, whatever is under way.
//
// Where the function ends. It must be destroyed on a goroutine or a thread of the program's, because its destructor may
// wait. The alarm's run is neither, so if its reference is the last, a goroutine is started only to let go of it.
//
// After the end of a run no goroutine can be started, but deadlines go on. What comes due then is left behind, as
// functions of goroutines are that have not begun (G7.2): neither called nor destroyed, only listed, so that a leak
// checker finds it.
//
// Memory ordering: references_ as in shared_ptr. `left` is only ever pushed to: its exchange releases.
#include "weft/detail/closure.hpp"
#include "weft/timer.hpp"

namespace weft::detail {

namespace {
atomic<delayed_call_core*> left{nullptr};
}  // namespace

/// What the goroutine runs; it has one reference.
struct delayed_call_core::body {
  delayed_call_core* core;
  bool calls;

  body(delayed_call_core* adopted, bool is_due) noexcept : core(adopted), calls(is_due) {}
  body(body&& other) noexcept : core(std::exchange(other.core, nullptr)), calls(other.calls) {}
  ~body() {
    if (core == nullptr) return;
    if (calls) {
      core->release();
    } else {
      delete core;
    }
  }
  void operator()() {
    if (calls) core->call();
  }
};

delayed_call_core::delayed_call_core(site where) noexcept : alarm_(came_due, this), where_(where) {}

bool delayed_call_core::set(nanoseconds due) noexcept {
  lock();
  const bool was_to_come = due_ != never;
  due_ = due;
  alarm_.follow_and_unlock(*this);
  return was_to_come;
}

void delayed_call_core::came_due(timer_entry& entry) noexcept {
  auto& self = *static_cast<delayed_call_core*>(entry.arg);
  self.lock();
  self.alarm_.went_off();
  const bool calls = self.due_ <= now();
  if (calls) self.due_ = never;
  self.alarm_.follow_and_unlock(self);
  if (!calls && !self.drop()) return;
  if (can_start()) {
    start(make_goroutine_for({self.where_, 0, nullptr, true}, body(&self, calls)));
  } else {
    self.next_left_ = left.exchange(&self, memory_order_acq_rel);
  }
}

}  // namespace weft::detail
