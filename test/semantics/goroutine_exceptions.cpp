// SPDX-License-Identifier: Apache-2.0
//
// Exceptions inside goroutines: the C++ runtime keeps what is being thrown and handled per thread, weft per goroutine.
// What happens to one that nobody catches: test/crash/uncaught_*.cpp.
#include <exception>
#include <stdexcept>
#include <string>

#include "harness.hpp"
#include "weft/weft.hpp"

namespace {

using weft::chan;
using weft::unit;

std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  }
}

/// Throws its own text, waits inside the handler `rounds` times, and throws on.
std::string handle_slowly(const std::string& name, int rounds) {
  try {
    try {
      throw std::runtime_error(name);
    } catch (const std::runtime_error&) {
      for (int i = 0; i < rounds; ++i) weft::yield();
      EXPECT_EQ(text_of(std::current_exception()), name);
      throw;
    }
  } catch (const std::runtime_error& e) {
    return e.what();
  }
}

WEFT_TEST("G12.1", "a goroutine catches its exceptions like any function") {
  chan<std::string> out;
  weft::go([=] {
    try {
      throw std::invalid_argument("mine");
    } catch (const std::logic_error& e) {
      out.send(e.what());
    }
  });
  EXPECT_EQ(out.recv(), "mine");
}

WEFT_TEST("G12.2", "goroutines that yield inside their handlers each throw on their own exception") {
  weft::wait_group all;
  for (int i = 0; i < 12; ++i) {
    all.go([i] {
      const std::string name = "exception " + std::to_string(i);
      EXPECT_EQ(handle_slowly(name, 5 + i % 3), name);
    });
  }
  all.wait();
}

WEFT_TEST("G12.2", "an exception is still there after its handler has been parked and woken by another goroutine") {
  chan<int> there;
  chan<int> back;
  weft::go([=] {
    for (int n : there) {
      try {
        throw std::runtime_error("the waker's own");
      } catch (const std::runtime_error&) {
        back.send(n + 1);
      }
    }
  });
  for (int i = 0; i < 20; ++i) {
    try {
      throw std::out_of_range(std::to_string(i));
    } catch (const std::out_of_range&) {
      there.send(i);
      EXPECT_EQ(back.recv(), i + 1);
      EXPECT_EQ(text_of(std::current_exception()), std::to_string(i));
    }
  }
  there.close();
}

WEFT_TEST("G12.2", "handlers nest to different depths in goroutines that interleave") {
  struct nest {
    static void down(int depth, int who) {
      if (depth == 0) return;
      try {
        throw 1000 * who + depth;
      } catch (int n) {
        weft::yield();
        down(depth - 1, who);
        weft::yield();
        EXPECT_EQ(n, 1000 * who + depth);
        try {
          throw;
        } catch (int again) {
          EXPECT_EQ(again, 1000 * who + depth);
        }
      }
    }
  };
  weft::wait_group all;
  for (int who = 1; who <= 6; ++who) all.go([who] { nest::down(3 * who, who); });
  all.wait();
}

WEFT_TEST("G12.2", "a goroutine that runs while another unwinds does not count its exception") {
  struct parks_while_unwinding {
    chan<unit> stopped;
    chan<unit> go_on;
    ~parks_while_unwinding() {
      EXPECT_EQ(std::uncaught_exceptions(), 1);
      stopped.send({});
      go_on.recv();
      EXPECT_EQ(std::uncaught_exceptions(), 1);
    }
  };
  chan<unit> stopped;
  chan<unit> go_on;
  weft::wait_group done;
  done.go([=] {
    try {
      const parks_while_unwinding at_end{stopped, go_on};
      throw std::runtime_error("unwinding");
    } catch (const std::runtime_error&) {
      EXPECT_EQ(std::uncaught_exceptions(), 0);
    }
  });
  stopped.recv();
  EXPECT_EQ(std::uncaught_exceptions(), 0);
  EXPECT_EQ(std::current_exception(), nullptr);
  done.go([] { EXPECT_EQ(std::uncaught_exceptions(), 0); });
  go_on.send({});
  done.wait();
}

WEFT_TEST("G12.2", "an exception may be sent to another goroutine and thrown there") {
  chan<std::exception_ptr> errors;
  weft::wait_group thrown;
  thrown.go([=] {
    try {
      throw std::runtime_error("far away");
    } catch (...) {
      errors.send(std::current_exception());
    }
  });
  const std::exception_ptr error = errors.recv().value();
  thrown.wait();  // ThreadSanitizer does not see the reference count of exceptions
  EXPECT_EQ(text_of(error), "far away");
}

WEFT_TEST("G12.2", "exceptions pass through deep recursion that was parked on the way down") {
  struct dive {
    static int down(const chan<int>& c, int depth) {
      if (depth == 0) throw std::runtime_error("bottom");
      if (depth % 50 == 0) static_cast<void>(c.recv());
      return down(c, depth - 1) + 1;
    }
  };
  chan<int> c;
  weft::wait_group done;
  done.go([=] { EXPECT_THROW(dive::down(c, 400), std::runtime_error); });
  for (int i = 0; i < 8; ++i) c.send(i);
  done.wait();
}

WEFT_TEST_WITH("G12.2", "a thousand goroutines throw and catch at once", .seeds = 5) {
  weft::wait_group all;
  for (int i = 0; i < 1000; ++i) {
    all.go([i] {
      const std::string name = std::to_string(i);
      EXPECT_EQ(handle_slowly(name, 2), name);
    });
  }
  all.wait();
}

}  // namespace
