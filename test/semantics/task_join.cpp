// SPDX-License-Identifier: Apache-2.0
//
// Goroutines with a result. Their misuse is in test/crash/task_misuse.cpp.
#include <algorithm>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "styles.hpp"

namespace {

using namespace weft::test;
using weft::spawn;
using weft::task;

WEFT_TEST("J1.1", "join returns the result: a value, a reference, something that can only be moved, or nothing") {
  int number = 5;
  EXPECT_EQ(spawn([] { return 7; }).join(), 7);
  EXPECT_EQ(spawn([] { return std::string(100, 'x'); }).join().size(), 100u);
  EXPECT_EQ(*spawn([] { return std::make_unique<int>(8); }).join(), 8);
  EXPECT_EQ(&spawn([&]() -> int& { return number; }).join(), &number);
  int&& expiring = spawn([&]() -> int&& { return std::move(number); }).join();
  EXPECT_EQ(&expiring, &number);
  bool ran = false;
  spawn([&] { ran = true; }).join();
  EXPECT_TRUE(ran);
}

WEFT_TEST("J1.2", "join throws the exception that has left the function, with its type") {
  task<int> failed = spawn([]() -> int { throw std::out_of_range("beyond"); });
  try {
    failed.join();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const std::out_of_range& e) {
    EXPECT_STREQ(e.what(), "beyond");
  }
  task<void> number = spawn([] { throw 42; });
  EXPECT_THROW(number.join(), int);
}

WEFT_TEST("J1.3", "join waits for the end of the function") {
  const weft::chan<int> go_on;
  task<int> slow = spawn([=] { return *go_on.recv(); });
  const pending joiner([&] { EXPECT_EQ(slow.join(), 3); });
  EXPECT_TRUE(joiner.waits());
  go_on.send(3);
  EXPECT_TRUE(joiner.ended());
}

WEFT_TEST("J1.4", "what the function wrote is seen after join, also without a lock") {
  std::vector<int> data(100);
  std::vector<task<void>> parts;
  for (std::size_t p = 0; p < 10; ++p) {
    parts.push_back(spawn([&data, p] {
      for (std::size_t i = 10 * p; i < 10 * p + 10; ++i) data[i] = static_cast<int>(i);
    }));
  }
  for (task<void>& part : parts) part.join();
  EXPECT_EQ(std::accumulate(data.begin(), data.end(), 0), 99 * 100 / 2);
}

WEFT_TEST("J2.1", "a task that is destroyed waits for its function, and drops what it has thrown") {
  bool ended = false;
  {
    const task<void> scoped = spawn([&] {
      for (int i = 0; i < 10; ++i) weft::yield();
      ended = true;
      throw std::runtime_error("dropped");
    });
  }
  EXPECT_TRUE(ended);
}

WEFT_TEST("J2.2", "a task that is assigned over waits for its old function first") {
  std::atomic<int> ended = 0;
  task<int> t = spawn([&] {
    weft::yield();
    return ++ended;
  });
  t = spawn([] { return 10; });
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(t.join(), 10);
}

WEFT_TEST("J2.3", "a task can be moved, and only what holds the goroutine is joinable") {
  task<int> a = spawn([] { return 1; });
  EXPECT_TRUE(a.joinable());
  task<int> b = std::move(a);
  EXPECT_FALSE(a.joinable());  // NOLINT: that is the test
  EXPECT_TRUE(b.joinable());
  EXPECT_EQ(b.join(), 1);
  EXPECT_FALSE(b.joinable());
  EXPECT_FALSE(task<int>().joinable());

  const weft::chan<task<int>> tasks(1);
  tasks.send(spawn([] { return 2; }));
  EXPECT_EQ(tasks.recv()->join(), 2);
}

WEFT_TEST("J1.5", "what the function captured is destroyed before join returns") {
  const auto token = std::make_shared<int>(1);
  spawn([token] { weft::yield(); }).join();
  EXPECT_EQ(token.use_count(), 1);
  EXPECT_THROW(spawn([token] { throw 1; }).join(), int);
  EXPECT_EQ(token.use_count(), 1);
}

WEFT_TEST("J1.6", "tasks of tasks compute what the recursion computes") {
  struct fibonacci {
    static int of(int n) {
      if (n < 2) return n;
      task<int> left = spawn([n] { return of(n - 1); });
      const int right = of(n - 2);
      return left.join() + right;
    }
  };
  EXPECT_EQ(fibonacci::of(10), 55);
}

WEFT_TEST("J2.4", "a task without a result may leave by goexit") {
  task<void> left = spawn([] { weft::goexit(); });
  left.join();
}

}  // namespace
