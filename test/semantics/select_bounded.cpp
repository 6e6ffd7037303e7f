// SPDX-License-Identifier: Apache-2.0
//
// Selects that may give up.
#include <chrono>
#include <memory>
#include <vector>

#include "limits.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::cases;
using weft::chan;
using weft::clock;
using weft::errc;
using weft::on_recv;
using weft::on_send;
using weft::select;
using weft::select_for;
using weft::select_until;

WEFT_TEST("L11.1", "a select that may give up returns the place of its case and runs its handler only") {
  const chan<int> a(1), b(1);
  b.send(7);
  int got = 0;
  const auto wrong = [](std::optional<int>) { ADD_FAILURE() << "not this one"; };
  EXPECT_EQ(select_for(1s, on_recv(a, wrong), on_recv(b, [&](std::optional<int> v) { got = v.value(); })).value(), 1u);
  EXPECT_EQ(got, 7);
  EXPECT_EQ(select_until(clock::now() + 1s, on_recv(b, wrong), on_send(a, 8, [&] { ++got; })).value(), 1u);
  EXPECT_EQ(got, 8);
  canceller open;
  EXPECT_EQ(select(wait_limit{.by = &open}, on_recv(b, wrong), on_recv(a, [&] { ++got; })).value(), 1u);
  EXPECT_EQ(got, 9);
}

WEFT_TEST("L11.1", "one that waits is completed by whichever channel becomes ready first") {
  for (const std::size_t first : {0u, 1u, 2u}) {
    const chan<int> a, b;
    const chan<int> full(1);
    full.send(0);
    weft::task<std::size_t> waiting =
        weft::spawn([=] { return select_for(10s, on_recv(a), on_recv(b), on_send(full, 1)).value(); });
    settle();
    if (first == 0) a.send(1);
    if (first == 1) b.close();
    if (first == 2) static_cast<void>(full.recv());
    EXPECT_EQ(waiting.join(), first);
  }
}

WEFT_TEST("L11.2", "a select that gives up says why, runs no handler, and moves no value") {
  for (const bound kind : all_bounds) {
    const chan<int> never;
    const chan<std::shared_ptr<int>> values;
    const auto value = std::make_shared<int>(1);
    const auto wrong = [] { ADD_FAILURE() << "no handler runs"; };
    const limiter soon(kind, 1ms);
    EXPECT_EQ(select(soon, on_recv(never, wrong), on_send(values, value, wrong), on_send(never, 1, wrong)).error(),
              soon.reason())
        << name(kind);
    EXPECT_EQ(value.use_count(), 1) << name(kind);
  }
}

WEFT_TEST("L11.2", "a select that gives up has neither sent nor received, and leaves every queue") {
  for (const bound kind : all_bounds) {
    const chan<int> a, b;
    const limiter soon(kind, 1ms);
    EXPECT_FALSE(select(soon, on_recv(a), on_send(b, 1), on_recv(a), on_send(b, 2))) << name(kind);
    EXPECT_FALSE(a.try_send(1)) << name(kind);
    EXPECT_TRUE(b.try_recv().empty()) << name(kind);
    a.close();
    b.close();
  }
}

WEFT_TEST("L11.3", "with a deadline that has passed a select takes what is ready, and else gives up at once") {
  const chan<int> a(1), b;
  EXPECT_EQ(select_for(0s, on_recv(a), on_recv(b)).error(), errc::timed_out);
  EXPECT_EQ(select_for(-1h, on_send(a, 1), on_recv(b)).value(), 0u);
  EXPECT_EQ(select_until(clock::time_point(), on_recv(b), on_recv(a)).value(), 1u);
}

WEFT_TEST("L11.3", "a context that is cancelled already wins over cases that are ready") {
  const chan<int> a(1);
  a.send(1);
  canceller by;
  by.cancel(errc::cancelled);
  const auto wrong = [] { ADD_FAILURE(); };
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(select(wait_limit{.by = &by}, on_recv(a, wrong)).error(), errc::cancelled);
    EXPECT_EQ(select(wait_limit{.by = &by}, on_recv(a, wrong), on_recv(chan<int>(), wrong)).error(), errc::cancelled);
  }
  EXPECT_EQ(a.len(), 1u);
}

WEFT_TEST("L11.4", "with null channels only, or no case at all, a bounded select waits for its limit") {
  for (const bound kind : all_bounds) {
    const limiter soon(kind, 1ms);
    EXPECT_EQ(select(soon).error(), soon.reason()) << name(kind);
    const limiter later(kind, 1ms);
    EXPECT_EQ(select(later, on_recv(chan<int>(nullptr)), on_send(chan<int>(nullptr), 1)).error(), later.reason());
    weft::selector s;
    EXPECT_EQ(s.wait(limiter(kind, 1ms)).error(), soon.reason()) << name(kind);
  }
}

WEFT_TEST("L11.5", "in braces the cases of a bounded select are evaluated from left to right") {
  std::vector<int> order;
  const chan<int> c(4);
  const auto to = [&](int place) {
    order.push_back(place);
    return c;
  };
  EXPECT_TRUE(select_for(1s, cases{on_send{to(1), 1}, on_send{to(2), 2}, on_send{to(3), 3}}));
  EXPECT_TRUE(select_until(clock::now() + 1s, cases{on_send{to(4), 1}, on_recv{to(5)}}));
  EXPECT_TRUE(select(weft::detail::within(1s), cases{on_send{to(6), 1}, on_send{to(7), 2}}));
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4, 5, 6, 7}));
}

WEFT_TEST("L11.6", "a selector may give up, again and again, and keeps the values that it offers") {
  const chan<std::unique_ptr<int>> moved;
  const chan<int> copied, never;
  weft::selector s;
  s.on_recv(never);
  s.on_send(moved, std::make_unique<int>(1));
  s.on_send(copied, 2);
  EXPECT_EQ(s.wait_for(1ms).error(), errc::timed_out);
  EXPECT_EQ(s.wait_until(clock::now() + 1ms).error(), errc::timed_out);
  weft::task<void> taker = weft::spawn([=] {
    EXPECT_EQ(**moved.recv(), 1);
    EXPECT_EQ(copied.recv(), 2);
    EXPECT_EQ(copied.recv(), 2);
  });
  EXPECT_EQ(s.wait_for(10s).value(), 1u);
  EXPECT_EQ(s.wait_for(10s).value(), 2u);
  EXPECT_EQ(s.wait(), 2u);
  taker.join();
  EXPECT_EQ(s.wait_for(0s).error(), errc::timed_out) << "what has been moved is not offered again";
}

WEFT_TEST("L11.6", "a cancelled selector touches neither its channels nor its values") {
  const chan<int> ready(1);
  int copies = 0;
  struct counted {
    int* copies;
    explicit counted(int* c) noexcept : copies(c) {}
    counted(const counted& o) noexcept : copies(o.copies) { ++*copies; }
  };
  const chan<counted> c(1);
  weft::selector s;
  s.on_recv(ready);
  s.on_send(c, counted(&copies));
  ready.send(1);
  const int before = copies;
  canceller by;
  by.cancel(errc::cancelled);
  EXPECT_EQ(s.wait(wait_limit{.by = &by}).error(), errc::cancelled);
  EXPECT_EQ(copies, before);
  EXPECT_EQ(ready.len() + c.len(), 1u);
}

WEFT_TEST_WITH("L11.7", "a value that is offered to four channels by a select that may give up arrives at most once",
               .seeds = 50) {
  std::atomic<int> sent = 0, received = 0;
  const chan<int> c[4];
  weft::wait_group all;
  for (int i = 0; i < 4; ++i) {
    all.go([&, i] {
      for (int round = 0; round < 40; ++round) {
        received += c[i].recv_for(std::chrono::microseconds(round % 20)).has_value() ? 1 : 0;
      }
    });
  }
  all.go([&] {
    for (int round = 0; round < 100; ++round) {
      const auto limit = std::chrono::microseconds(round % 20);
      sent += select_for(limit, on_send(c[0], 1), on_send(c[1], 1), on_send(c[2], 1), on_send(c[3], 1)) ? 1 : 0;
    }
  });
  all.wait();
  EXPECT_EQ(sent, received);
}

WEFT_TEST_WITH("L11.7", "selects that give up on many shared channels, in any order, neither lock up nor leave a node",
               .seeds = 20) {
  const chan<int> c[3] = {chan<int>(), chan<int>(1), chan<int>(2)};
  std::atomic<int> balance = 0;
  weft::wait_group all;
  for (int party = 0; party < 6; ++party) {
    all.go([&, party] {
      for (int round = 0; round < 30; ++round) {
        const int x = (party + round) % 3, y = (party + 2 * round + 1) % 3;
        const auto limit = std::chrono::microseconds(round % 15);
        const auto done = select_for(limit, on_send(c[x], 1), on_recv(c[y]), on_recv(c[x]), on_send(c[y], 1));
        if (done) balance += *done == 0 || *done == 3 ? 1 : -1;
      }
    });
  }
  all.wait();
  EXPECT_EQ(balance, static_cast<int>(c[1].len() + c[2].len()));
  EXPECT_FALSE(c[0].try_send(1));
  EXPECT_TRUE(c[0].try_recv().empty());
}

}  // namespace
