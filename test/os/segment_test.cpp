// SPDX-License-Identifier: Apache-2.0
//
// Calls that go on on another stack, inside a fiber as ensure_stack makes them.
#include "os/segment.hpp"

#include <unwind.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

#include "harness.hpp"
#include "routine.hpp"

namespace weft::test {
namespace {

using detail::stack;

/// Calls f on a new segment of the routine's fiber.
template <class F>
void on_segment(routine& r, F f) {
  struct segment {
    stack memory = detail::map_stack(64 * 1024);
    segment() = default;
    segment(const segment&) = delete;
    segment& operator=(const segment&) = delete;
    ~segment() { detail::unmap_stack(memory); }
  };
  const segment further;
  detail::call_on_stack(
      r.self(), further.memory, [](void* arg) { (*static_cast<F*>(arg))(); }, &f);
}

void in_routine(const routine::body& body) {
  routine r(body);
  while (!r.done()) r.resume();
}

WEFT_PLAIN_TEST("O6", "a call on a segment runs there and comes back") {
  in_routine([](routine& self) {
    bool ran = false;
    on_segment(self, [&] {
      EXPECT_TRUE(self.self().bounds.holds(__builtin_frame_address(0)));
      EXPECT_NE(self.self().bounds.top, self.memory().top);
      ran = true;
    });
    EXPECT_TRUE(ran);
    EXPECT_EQ(self.self().bounds.top, self.memory().top);
    EXPECT_TRUE(self.self().bounds.holds(__builtin_frame_address(0)));
  });
}

WEFT_PLAIN_TEST("O6", "an exception passes from a segment to a handler on the stack before it") {
  in_routine([](routine& self) {
    std::string caught;
    try {
      on_segment(self, [&] { on_segment(self, [] { throw std::runtime_error("from below"); }); });
    } catch (const std::runtime_error& e) {
      caught = e.what();
    }
    EXPECT_EQ(caught, "from below");
    EXPECT_EQ(std::uncaught_exceptions(), 0);
    EXPECT_EQ(self.self().bounds.top, self.memory().top);
  });
}

WEFT_PLAIN_TEST("O6", "an exception caught within a segment stays there") {
  in_routine([](routine& self) {
    bool caught = false;
    on_segment(self, [&] {
      try {
        throw 1;
      } catch (int) {
        caught = true;
      }
    });
    EXPECT_TRUE(caught);
  });
}

/// A segment for every tenth level.
[[gnu::noinline]] int recurse(routine& self, int depth) {
  volatile char frame[2000];
  frame[0] = 1;
  if (depth == 0) return 0;
  int below = 0;
  if (depth % 10 == 0) {
    on_segment(self, [&] { below = recurse(self, depth - 1); });
  } else {
    below = recurse(self, depth - 1);
  }
  return below + frame[0];
}

WEFT_PLAIN_TEST("O6", "recursion goes on over many segments") {
  in_routine([](routine& self) { EXPECT_EQ(recurse(self, 500), 500); });
}

WEFT_PLAIN_TEST("O6", "a fiber pauses on a segment and goes on there on another thread") {
  std::string order;
  routine r([&](routine& self) {
    try {
      on_segment(self, [&] {
        order += "a";
        self.pause();
        order += "c";
        throw std::runtime_error("d");
      });
    } catch (const std::runtime_error& e) {
      order += e.what();
    }
  });
  r.resume();
  order += "b";
  std::thread([&] { r.resume(); }).join();
  EXPECT_EQ(order, "abcd");
  EXPECT_TRUE(r.done());
}

_Unwind_Reason_Code count_frame(_Unwind_Context*, void* passed) {
  ++*static_cast<int*>(passed);
  return _URC_NO_REASON;
}

WEFT_PLAIN_TEST("O6", "an unwinder passes from a segment to the first frame of the fiber") {
  in_routine([](routine& self) {
    int outside = 0;
    int inside = 0;
    EXPECT_EQ(_Unwind_Backtrace(count_frame, &outside), _URC_END_OF_STACK);
    on_segment(self, [&] { EXPECT_EQ(_Unwind_Backtrace(count_frame, &inside), _URC_END_OF_STACK); });
    EXPECT_GT(inside, outside);
  });
}

}  // namespace
}  // namespace weft::test
