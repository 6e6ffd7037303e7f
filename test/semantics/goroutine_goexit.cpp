// SPDX-License-Identifier: Apache-2.0
//
// goexit ends a goroutine from anywhere on its stack. What it does in main, on a foreign thread and when it is
// swallowed: test/crash/goexit_*.cpp.
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>

#include "harness.hpp"
#include "weft/weft.hpp"

namespace {

using weft::chan;
using weft::unit;

/// Appends a letter when it goes out of scope.
struct at_end {
  std::string& to;
  char letter;
  ~at_end() { to += letter; }
};

[[gnu::noinline]] void leave_from_below(std::string& log, int depth) {
  const at_end mark{log, static_cast<char>('a' + depth)};
  if (depth == 0) weft::goexit();
  if (depth > 0) leave_from_below(log, depth - 1);
  log += '!';
}

WEFT_TEST("G9.1", "goexit runs the destructors of the whole stack, innermost first, and nothing else") {
  std::string log;
  weft::wait_group done;
  done.go([&log] {
    leave_from_below(log, 4);
    log += '!';
  });
  done.wait();
  EXPECT_EQ(log, "abcde");
}

WEFT_TEST("G9.1", "goexit ends one goroutine; the others go on") {
  chan<int> out;
  for (int i = 0; i < 10; ++i) {
    weft::go([=] {
      out.send(i);
      weft::goexit();
      out.send(1000);
    });
  }
  int sum = 0;
  for (int i = 0; i < 10; ++i) sum += out.recv().value();
  EXPECT_EQ(sum, 45);
}

WEFT_TEST("G9.1", "goexit frees the locks that scopes hold") {
  weft::mutex m;
  weft::wait_group done;
  done.go([&m] {
    const std::scoped_lock hold(m);
    weft::goexit();
  });
  done.wait();
  const std::scoped_lock hold(m);
}

WEFT_TEST("G9.1", "destructors that goexit runs may block") {
  struct sends {
    chan<int> out;
    ~sends() { out.send(3); }
  };
  chan<int> out;
  weft::go([=] {
    const sends at_the_end{out};
    weft::goexit();
  });
  EXPECT_EQ(out.recv(), 3);
}

WEFT_TEST("G9.2", "goexit passes handlers of std::exception, and those of everything that throw it on") {
  std::string log;
  weft::wait_group done;
  done.go([&log] {
    try {
      try {
        weft::goexit();
      } catch (const std::exception&) {
        log += "never";
      }
    } catch (...) {
      log += "seen";
      throw;
    }
    log += "never";
  });
  done.wait();
  EXPECT_EQ(log, "seen");
}

WEFT_TEST("G9.3", "an exception that is thrown and caught meanwhile does not stop goexit") {
  struct throws_inside {
    std::string& log;
    ~throws_inside() {
      try {
        throw std::runtime_error("inner");
      } catch (const std::runtime_error& e) {
        log += e.what();
      }
    }
  };
  std::string log;
  weft::wait_group done;
  done.go([&log] {
    const throws_inside first{log};
    weft::goexit();
    log += "never";
  });
  done.wait();
  EXPECT_EQ(log, "inner");
}

WEFT_TEST("G9.3", "goexit inside a handler drops the exception that is handled, and later goroutines are clean") {
  weft::wait_group done;
  for (int i = 0; i < 5; ++i) {
    done.go([] {
      try {
        throw std::runtime_error("handled");
      } catch (const std::runtime_error&) {
        weft::goexit();
      }
    });
  }
  done.wait();
  std::string caught;
  done.go([&caught] {
    EXPECT_EQ(std::current_exception(), nullptr);
    EXPECT_EQ(std::uncaught_exceptions(), 0);
    try {
      throw std::runtime_error("next");
    } catch (const std::runtime_error& e) {
      caught = e.what();
    }
  });
  done.wait();
  EXPECT_EQ(caught, "next");
}

WEFT_TEST("G9.1", "goexit leaves from within ensure_stack's segments") {
  struct dive {
    static void down(int depth) {
      weft::ensure_stack(200 * 1024, [depth] {
        if (depth == 0) weft::goexit();
        down(depth - 1);
      });
    }
  };
  bool went_on = false;
  weft::wait_group done;
  done.go([&went_on] {
    dive::down(3);
    went_on = true;
  });
  done.wait();
  EXPECT_FALSE(went_on);
}

WEFT_TEST("G9.1", "a goroutine that leaves at once, before it ever blocked, leaves cleanly") {
  weft::wait_group done;
  for (int i = 0; i < 100; ++i) done.go([] { weft::goexit(); });
  done.wait();
}

}  // namespace
