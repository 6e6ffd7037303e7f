// SPDX-License-Identifier: Apache-2.0
//
// Fibers: the switch with exception state and sanitizer announcements, and what unwinders see.
#include "os/fiber.hpp"

#include <unwind.h>

#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "harness.hpp"
#include "routine.hpp"

namespace weft::test {
namespace {

WEFT_PLAIN_TEST("O1", "a routine runs when it is resumed and stops where it pauses") {
  std::string order;
  routine r([&](routine& self) {
    order += "b";
    self.pause();
    order += "d";
  });
  order += "a";
  r.resume();
  order += "c";
  r.resume();
  EXPECT_EQ(order, "abcd");
  EXPECT_TRUE(r.done());
}

WEFT_PLAIN_TEST("O2", "an exception thrown and caught in a fiber stays there") {
  std::string caught;
  routine r([&](routine& self) {
    try {
      self.pause();
      throw std::runtime_error("mine");
    } catch (const std::runtime_error& e) {
      caught = e.what();
    }
  });
  r.resume();
  r.resume();
  EXPECT_EQ(caught, "mine");
}

// Each of two fibers stops inside its catch block while the other enters one; then each rethrows. Without exception
// state of its own, the first to rethrow would get the exception that was caught last on the thread.
WEFT_PLAIN_TEST("O2", "fibers that pause in catch blocks each rethrow their own exception") {
  std::string caught[2];
  const auto body = [&](int i) {
    return [&caught, i](routine& self) {
      try {
        try {
          throw std::runtime_error(i == 0 ? "first" : "second");
        } catch (...) {
          self.pause();
          EXPECT_NE(std::current_exception(), nullptr);
          self.pause();
          throw;
        }
      } catch (const std::runtime_error& e) {
        caught[i] = e.what();
      }
    };
  };
  routine a(body(0));
  routine b(body(1));
  for (int i = 0; i < 3; ++i) {
    a.resume();
    EXPECT_EQ(std::current_exception(), nullptr);
    b.resume();
    EXPECT_EQ(std::uncaught_exceptions(), 0);
  }
  EXPECT_EQ(caught[0], "first");
  EXPECT_EQ(caught[1], "second");
}

WEFT_PLAIN_TEST("O2", "a fiber that pauses in a destructor during unwinding goes on unwinding on another thread") {
  struct pausing {
    routine& self;
    int& in_flight;
    ~pausing() {
      self.pause();
      in_flight = std::uncaught_exceptions();
    }
  };
  int in_flight = 0;
  std::string caught;
  routine r([&](routine& self) {
    try {
      const pausing guard{self, in_flight};
      throw std::runtime_error("on the way");
    } catch (const std::runtime_error& e) {
      caught = e.what();
    }
  });
  r.resume();
  EXPECT_EQ(std::uncaught_exceptions(), 0);
  std::thread([&] { r.resume(); }).join();
  EXPECT_EQ(in_flight, 1);
  EXPECT_EQ(caught, "on the way");
  EXPECT_TRUE(r.done());
}

_Unwind_Reason_Code count_frame(_Unwind_Context*, void* passed) {
  ++*static_cast<int*>(passed);
  return _URC_NO_REASON;
}

WEFT_PLAIN_TEST("O3", "an unwinder that starts in a fiber stops at its first frame") {
  int frames = 0;
  _Unwind_Reason_Code end = _URC_NO_REASON;
  routine r([&](routine&) { end = _Unwind_Backtrace(count_frame, &frames); });
  r.resume();
  EXPECT_EQ(end, _URC_END_OF_STACK);
  EXPECT_GE(frames, 3);
  EXPECT_LE(frames, 30);
}

WEFT_PLAIN_TEST("O3", "an exception that nobody catches ends the process at the bottom of the fiber") {
  EXPECT_DEATH(
      {
        routine r([](routine&) { throw std::runtime_error("nobody wants me"); });
        r.resume();
      },
      "nobody wants me");
}

[[gnu::noinline, gnu::noipa]] int descend(routine& self, int depth) {
  volatile char frame[512];
  frame[0] = static_cast<char>(depth);
  if (depth == 0) {
    self.pause();
    return 0;
  }
  return descend(self, depth - 1) + (frame[0] == static_cast<char>(depth) ? 1 : 0);
}

WEFT_PLAIN_TEST("O1", "a deep recursion is intact after a pause") {
  constexpr int depth = detail::asan_on ? 100 : 300;
  int result = 0;
  routine r([&](routine& self) { result = descend(self, depth); });
  r.resume();
  r.resume();
  EXPECT_EQ(result, depth);
}

WEFT_PLAIN_TEST("O1", "many fibers move between threads and keep their values") {
  constexpr int fibers = 50;
  constexpr int rounds = 20;
  std::vector<std::unique_ptr<routine>> all;
  std::vector<int> sums(fibers);
  for (int i = 0; i < fibers; ++i) {
    all.push_back(std::make_unique<routine>([&sums, i](routine& self) {
      for (int round = 0; round < rounds; ++round) {
        const int before = sums[static_cast<std::size_t>(i)];
        self.pause();
        sums[static_cast<std::size_t>(i)] = before + round;
      }
    }));
  }
  for (int round = 0; round <= rounds; ++round) {
    std::thread([&] {
      for (auto& r : all) r->resume();
    }).join();
  }
  for (int i = 0; i < fibers; ++i) EXPECT_EQ(sums[static_cast<std::size_t>(i)], rounds * (rounds - 1) / 2);
}

// Under AddressSanitizer the fake stack of an abandoned fiber must be freed, under ThreadSanitizer its fiber.
WEFT_PLAIN_TEST("O1", "a fiber that is never resumed again can be given back") {
  for (int i = 0; i < 100; ++i) {
    routine r([](routine& self) {
      char local[100];
      char* escaped = local;
      __asm__ __volatile__("" : "+r"(escaped) : : "memory");
      self.pause();
    });
    r.resume();
    EXPECT_FALSE(r.done());
  }
}

// For ThreadSanitizer: the fiber and what it has left write the same word, ordered by stand_in only.
WEFT_PLAIN_TEST("O1", "what a fiber leaves to be run after its switch comes after what the fiber did") {
  int word = 0;
  detail::stand_in left;
  routine r([&](routine& self) {
    word = 1;
    left = detail::stand_in::of_caller();
    self.pause();
  });
  r.resume();
  left.run(
      [](void* w) {
        ++*static_cast<int*>(w);
        detail::happens_before(w);
      },
      &word);
  r.resume();
  detail::happens_after(&word);
  EXPECT_EQ(word, 2);
}

// ---- what ThreadSanitizer makes of two fibers of one thread that no order is announced for
// ----------------------------

struct unordered_fibers {
  detail::fiber home;
  detail::fiber of[2];
  int word = 0;
};
unordered_fibers unordered;

[[gnu::noinline, gnu::noipa]] void write_and_end(void* message) {
  auto& self = *static_cast<detail::fiber*>(message);
  detail::fiber_started(self);
  char local[2000];
  char* escaped = local;
  __asm__ __volatile__("" : "+r"(escaped) : : "memory");
  for (char& byte : local) byte = 1;
  if (unordered.of[1].bounds.top != nullptr) ++unordered.word;
  detail::switch_fiber_last(self, unordered.home, nullptr, detail::this_thread_exceptions());
}

[[gnu::noinline, gnu::noipa]] void run_to_end(detail::fiber& f) {
  detail::switch_fiber(unordered.home, f, &f, detail::this_thread_exceptions());
}

WEFT_PLAIN_TEST("O1", "a fiber may use the stack of one that has ended") {
  detail::adopt_thread(unordered.home);
  const detail::stack memory = detail::map_stack(64 * 1024);
  for (int i = 0; i < 3; ++i) {
    unordered.of[0] = {};
    detail::init_fiber(unordered.of[0], memory, write_and_end);
    run_to_end(unordered.of[0]);
    detail::retire_fiber(unordered.of[0]);
  }
  detail::unmap_stack(memory);
}

void race_on_one_thread() {
  detail::adopt_thread(unordered.home);
  for (detail::fiber& f : unordered.of) detail::init_fiber(f, detail::map_stack(64 * 1024), write_and_end);
  for (detail::fiber& f : unordered.of) run_to_end(f);
  std::exit(0);
}

WEFT_PLAIN_TEST("O1", "ThreadSanitizer finds the race of two fibers that take turns on one thread") {
  if (!under_thread_sanitizer) return;
  EXPECT_EXIT(race_on_one_thread(), ::testing::ExitedWithCode(66), "data race.*\n.*\n.*write_and_end");
}

static_assert(detail::asan_on || detail::tsan_on || sizeof(detail::fiber) <= 56);

}  // namespace
}  // namespace weft::test
