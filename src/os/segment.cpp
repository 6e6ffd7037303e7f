// SPDX-License-Identifier: Apache-2.0
//
// The jump is weft_call_on_stack (context_*.S), whose frame any unwinder can cross. What is left is to keep the fiber's
// bounds true whichever way f ends.
//
// Under AddressSanitizer an exception must not cross by itself: the runtime, told of the throw, clears the marks of the
// running stack's frames only, and those between the boundary and the handler would stay poisoned on the other one. So
// it is caught on the segment and thrown again on the caller's stack, and both crossings are announced as switches.
#include "os/segment.hpp"

#include <exception>
#include <utility>

namespace weft::detail {
namespace {

extern "C" void weft_call_on_stack(std::byte* top, void (*f)(void* arg), void* arg);

/// The caller's side of an announced crossing; on the caller's stack.
struct crossing {
  const stack* home;
  void (*f)(void* arg);
  void* arg;
  fiber_notes home_notes;
  fiber_notes segment_notes;
  std::exception_ptr thrown;
};

void run_and_catch(void* passed) {
  auto& call = *static_cast<crossing*>(passed);
  announce_arrival(call.segment_notes);
  try {
    call.f(call.arg);
  } catch (...) {
    call.thrown = std::current_exception();
  }
  announce_switch(call.segment_notes, call.home_notes, *call.home);
}

void cross_announced(const stack& home, const stack& segment, void (*f)(void* arg), void* arg) {
  crossing call{&home, f, arg, {}, {}, nullptr};
  announce_switch(call.home_notes, call.segment_notes, segment);
  weft_call_on_stack(segment.top, run_and_catch, &call);
  announce_arrival(call.home_notes);
  announce_end(call.segment_notes);
  if (call.thrown) std::rethrow_exception(std::exchange(call.thrown, nullptr));
}

/// Makes `self` run on other bounds, and on its own again at the end of the scope.
class bounds_scope {
 public:
  bounds_scope(fiber& self, const stack& now) noexcept : self_(self), home_(std::exchange(self.bounds, now)) {}
  bounds_scope(const bounds_scope&) = delete;
  bounds_scope& operator=(const bounds_scope&) = delete;
  ~bounds_scope() { self_.bounds = home_; }

  [[nodiscard]] const stack& home() const noexcept { return home_; }

 private:
  fiber& self_;
  stack home_;
};

}  // namespace

void call_on_stack(fiber& self, const stack& segment, void (*f)(void* arg), void* arg) {
  const bounds_scope scope(self, segment);
  if (asan_on) {
    forget_stack(segment.low(), segment.size);
    cross_announced(scope.home(), segment, f, arg);
  } else {
    weft_call_on_stack(segment.top, f, arg);
  }
}

}  // namespace weft::detail
