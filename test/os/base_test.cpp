// SPDX-License-Identifier: Apache-2.0
//
// Floor 0: the deadline heap, random numbers, and how a process ends with a report.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "base/deadline_queue.hpp"
#include "base/random.hpp"
#include "base/report_hook.hpp"
#include "harness.hpp"
#include "weft/detail/panic.hpp"
#include "weft/result.hpp"

namespace weft::test {
namespace {

using namespace weft::detail;

struct entry {
  std::int64_t when = 0;
  std::uint32_t position = 0;
};

WEFT_PLAIN_TEST("O13", "a result gives its value or its error, as a constant too") {
  const result<std::string> good = std::string("text");
  EXPECT_EQ(good.value(), "text");
  EXPECT_EQ(good->size(), 4u);
  EXPECT_EQ(good.value_or("else"), "text");
  const result<std::string> bad = std::make_error_code(std::errc::timed_out);
  EXPECT_THROW(static_cast<void>(bad.value()), std::system_error);
  EXPECT_EQ(bad.value_or("else"), "else");
  EXPECT_EQ(bad.error(), std::errc::timed_out);
  result<std::unique_ptr<int>> moved = std::make_unique<int>(3);
  EXPECT_EQ(*std::move(moved).value_or(nullptr), 3);
}

/// Adds and takes out at random; `next` says when the next one is due, given the last.
template <class Next>
void expect_order(Next next, std::uint32_t of_ten_are_taken_out) {
  const std::uint64_t seed = entropy();
  random_source random(seed);
  deadline_queue<entry> queue;
  std::vector<std::unique_ptr<entry>> inside;
  std::int64_t when = 0;
  for (int step = 0; step < 20'000; ++step) {
    const std::uint32_t choice = random.below(10);
    if (choice >= of_ten_are_taken_out || inside.empty()) {
      when = next(random, when);
      inside.push_back(std::make_unique<entry>(entry{when, 0}));
      queue.push(inside.back().get());
    } else {
      const auto least = std::min_element(inside.begin(), inside.end(),
                                          [](const auto& a, const auto& b) { return a->when < b->when; });
      ASSERT_EQ(queue.top()->when, (*least)->when) << "seed " << seed;
      ASSERT_EQ(queue.first_due(), (*least)->when) << "seed " << seed;
      entry* gone =
          choice % 2 == 0 ? queue.pop() : inside[random.below(static_cast<std::uint32_t>(inside.size()))].get();
      if (choice % 2 != 0) queue.remove(gone);
      std::erase_if(inside, [&](const auto& e) { return e.get() == gone; });
    }
    ASSERT_EQ(queue.size(), inside.size());
  }
  for (std::int64_t last = 0; !queue.empty();) {
    const std::int64_t due = queue.pop()->when;
    ASSERT_LE(last, due) << "seed " << seed;
    last = due;
  }
}

WEFT_PLAIN_TEST("O8", "deadlines leave in order, whatever was added and taken out in between") {
  const auto any = [](random_source& random, std::int64_t) { return std::int64_t{random.below(1000)}; };
  const auto rising = [](random_source& random, std::int64_t last) { return last + random.below(3); };
  const auto of_two_kinds = [](random_source& random, std::int64_t last) {
    return random.below(2) == 0 ? last + random.below(10) : std::max<std::int64_t>(0, last - random.below(100));
  };
  for (const std::uint32_t taken_out : {2u, 4u, 5u}) {
    expect_order(any, taken_out);
    expect_order(rising, taken_out);
    expect_order(of_two_kinds, taken_out);
  }
}

WEFT_PLAIN_TEST("O8.1", "deadlines of one moment leave in the order in which they came, if nobody else came between") {
  deadline_queue<entry> queue;
  std::vector<entry> entries(1000, entry{7, 0});
  for (entry& e : entries) queue.push(&e);
  for (entry& e : entries) EXPECT_EQ(queue.pop(), &e);
}

WEFT_PLAIN_TEST("O8.2", "a run of deadlines takes no more while most of it has been taken out, and then goes on") {
  sorted_run<entry> run;
  entry first{0, 0};
  run.push(&first);
  std::vector<entry> passing(1000, entry{1, 0});
  std::size_t taken = 0;
  for (entry& e : passing) {
    if (!run.takes(e.when)) break;
    run.push(&e);
    ++taken;
    if (taken % 2 == 0) run.remove(&e - 1);  // half of them stay
  }
  ASSERT_EQ(taken, passing.size());
  for (std::size_t i = 1; i + 2 < taken; i += 2) run.remove(&passing[i]);
  EXPECT_EQ(run.size(), 2u);
  EXPECT_FALSE(run.takes(1)) << "a thousand empty slots";
  run.remove(&passing.back());
  EXPECT_TRUE(run.takes(1)) << "the empty ones in front of it went with it";
  EXPECT_EQ(run.front(), &first);
  run.remove(&first);
  EXPECT_TRUE(run.empty());
}

WEFT_PLAIN_TEST("O9", "a seed gives the same numbers every time, and neighbouring seeds different ones") {
  random_source a(7);
  random_source b(7);
  random_source c(8);
  int equal = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t drawn = a.next();
    ASSERT_EQ(drawn, b.next());
    equal += drawn == c.next() ? 1 : 0;
  }
  EXPECT_EQ(equal, 0);
  EXPECT_NE(entropy(), entropy());
}

// 60,000 draws below 6: each number is expected 10,000 times, with a standard deviation of 91; the bound is 10 of them.
WEFT_PLAIN_TEST("O9", "every number below the bound is drawn equally often") {
  random_source random(1);
  int counts[6] = {};
  for (int i = 0; i < 60'000; ++i) ++counts[random.below(6)];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 910);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(random.below(1), 0u);
}

void print_test_hook(int fd) { write_text(fd, "\ngoroutine 1 [running]:\n"); }

WEFT_PLAIN_TEST("G11", "a panic prints its message and what the engine adds, and the status is 2") {
  EXPECT_EXIT(
      {
        set_report_hook(print_test_hook);
        panicf("send on %s channel", "closed");
      },
      ::testing::ExitedWithCode(2), "^panic: send on closed channel\n\ngoroutine 1 .running.:\n$");
  EXPECT_EXIT(fatal("all goroutines are asleep - deadlock!"), ::testing::ExitedWithCode(2),
              "^fatal error: all goroutines are asleep - deadlock!\n$");
}

void panic_on_two_threads() {
  set_report_hook([](int fd) {
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();
    write_text(fd, "end of report\n");
  });
  std::thread other([] { panic("one of two"); });
  panic("one of two");
}

WEFT_PLAIN_TEST("G11", "of two panics at once one is reported, whole") {
  EXPECT_EXIT(panic_on_two_threads(), ::testing::ExitedWithCode(2), "^panic: one of two\nend of report\n$");
}

WEFT_PLAIN_TEST("G11", "a panic inside the report ends the process at once") {
  EXPECT_EXIT(
      {
        set_report_hook([](int) { panic("again"); });
        panic("first");
      },
      ::testing::ExitedWithCode(2), "^panic: first\n\npanic during a report\n$");
}

void panic_while_stdout_is_locked() {
  std::thread([] { flockfile(stdout); }).join();
  panic("not held up");
}

WEFT_PLAIN_TEST("G11", "a panic is not held up by a thread that holds standard output") {
  if (under_thread_sanitizer) return;  // its runtime flushes standard output at the end, and waits
  EXPECT_EXIT(panic_while_stdout_is_locked(), ::testing::ExitedWithCode(2), "panic: not held up");
}

WEFT_PLAIN_TEST("G11", "an invariant that does not hold is a panic that names it") {
  check(true, "never shown");
  EXPECT_EXIT(check(false, "the ring is full"), ::testing::ExitedWithCode(2), "the ring is full");
}

}  // namespace
}  // namespace weft::test
