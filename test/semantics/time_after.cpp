// SPDX-License-Identifier: Apache-2.0
//
// after(): a channel that is due once. Its moment is looked at when somebody receives; nothing is stored.
#include <chrono>
#include <vector>

#include "styles.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::after;
using weft::clock;
using moments = weft::receiver<clock::time_point>;

WEFT_TEST("T2.2", "the channel of after has neither length nor room, before and after it is due") {
  for (const auto d : {-1ns, 0ns, 1'000'000ns}) {
    const moments due = after(d);
    EXPECT_EQ(due.len(), 0u);
    EXPECT_EQ(due.cap(), 0u);
    weft::sleep_for(2ms);
    EXPECT_EQ(due.len(), 0u);
    EXPECT_TRUE(due.try_recv());
    EXPECT_EQ(due.len(), 0u);
  }
}

WEFT_TEST("T2.2", "who waits for an after and who looks later get the same moment: when it was due") {
  const clock::time_point start = clock::now();
  std::vector<moments> due;
  for (int i = 0; i < 10; ++i) due.push_back(after(i * 100us));
  const clock::time_point set = clock::now();
  weft::sleep_for(3ms);
  for (int i = 9; i >= 0; --i) {
    const clock::time_point at = due[static_cast<std::size_t>(i)].recv().value();
    EXPECT_GE(at, start + i * 100us);
    EXPECT_LE(at, set + i * 100us);
  }
  const clock::time_point again = clock::now();
  const clock::time_point at = after(1ms).recv().value();
  EXPECT_GE(at, again + 1ms);
  EXPECT_LE(at, clock::now());
}

WEFT_TEST_WITH("T2.2", "in virtual time an after is due exactly when it should, for who waits and who looks",
               .on = sim_only) {
  const clock::time_point start = clock::now();
  const moments looked_at = after(90min);
  EXPECT_EQ(after(1h).recv(), start + 1h);
  EXPECT_EQ(clock::now(), start + 1h);
  EXPECT_TRUE(looked_at.try_recv().empty());
  weft::sleep_until(start + 90min - 1ns);
  EXPECT_TRUE(looked_at.try_recv().empty());
  weft::sleep_for(1ns);
  EXPECT_EQ(*looked_at.try_recv(), start + 90min);
}

WEFT_TEST("T2.2", "of many who wait for one after one gets its moment") {
  const moments due = after(1ms);
  const weft::chan<weft::unit> stop;
  std::atomic<int> got = 0;
  weft::wait_group all;
  const weft::chan<weft::unit> first;
  for (int i = 0; i < 10; ++i) {
    all.go([&] {
      if (weft::select(weft::on_recv(due), weft::on_recv(stop)) != 0) return;
      ++got;
      first.close();
    });
  }
  first.recv();
  weft::sleep_for(1ms);
  stop.close();
  all.wait();
  EXPECT_EQ(got, 1);
}

WEFT_TEST("T2.1", "an after is received in every style, waiting or not") {
  for (const bool waits : {true, false}) {
    const clock::time_point start = clock::now();
    const auto due = [&] {
      moments c = after(1ms);
      if (!waits) weft::sleep_for(2ms);
      return c;
    };
    EXPECT_GE(due().recv().value(), start + 1ms);
    std::optional<clock::time_point> got;
    const auto keep = [&](std::optional<clock::time_point> at) { got = at; };
    weft::select(weft::on_recv(due(), keep));
    EXPECT_TRUE(got);
    got.reset();
    EXPECT_EQ(weft::select(weft::on_recv(weft::chan<int>()), weft::on_recv(due(), keep)), 1u);
    EXPECT_TRUE(got);
    got.reset();
    weft::selector s;
    s.on_recv(weft::chan<int>());
    s.on_recv(due(), keep);
    EXPECT_EQ(s.wait(), 1u);
    EXPECT_TRUE(got);
    for (const clock::time_point at : due()) {
      EXPECT_GE(at, start + 1ms);
      break;
    }
    EXPECT_TRUE(due().recv_for(10s).value());
    EXPECT_EQ(weft::select_for(10s, weft::on_recv(weft::chan<int>()), weft::on_recv(due())).value(), 1u);
  }
}

WEFT_TEST("T2.1", "a bounded wait on an after that gives up first leaves the after as it was") {
  const weft::timer t(1h);
  const moments due = t.channel();
  EXPECT_FALSE(due.recv_for(1ms));
  EXPECT_FALSE(weft::select_for(1ms, weft::on_recv(due), weft::on_recv(due)));
  EXPECT_TRUE(t.reset(1ms));
  EXPECT_TRUE(due.recv_for(10s));
  EXPECT_FALSE(due.recv_for(1ms));
}

WEFT_TEST("T2.1", "a select over many timers takes the one that is due first") {
  for (int round = 0; round < 5; ++round) {
    EXPECT_EQ(weft::select(weft::on_recv(after(5s)), weft::on_recv(after(1ms)), weft::on_recv(after(7s)),
                           weft::on_recv(after(std::chrono::hours::max())), weft::on_recv(after(3s))),
              1u);
  }
}

WEFT_TEST("L2.1", "timers that are due are chosen like other ready cases") {
  int timer = 0, channel = 0;
  const weft::chan<int> c(1);
  for (int i = 0; i < 200; ++i) {
    c.send(1);
    weft::select(weft::on_recv(after(0s), [&] { ++timer; }), weft::on_recv(c, [&] { ++channel; }));
    static_cast<void>(c.try_recv());
  }
  EXPECT_GT(timer, 50);
  EXPECT_GT(channel, 50);
}

WEFT_TEST("L3.1", "otherwise is not chosen over a timer that is due") {
  for (int i = 0; i < 100; ++i) {
    const moments due = after(0s);
    EXPECT_EQ(weft::select(weft::otherwise(), weft::on_recv(weft::chan<int>()), weft::on_recv(due)), 2u);
    EXPECT_EQ(weft::select(weft::otherwise(), weft::on_recv(weft::chan<int>()), weft::on_recv(due)), 0u);
  }
}

WEFT_TEST_WITH("L3.1", "otherwise is not chosen while a timer comes due before a channel loses its value",
               .seeds = 50) {
  for (int round = 0; round < 100; ++round) {
    const weft::chan<int> c(1);
    c.send(1);
    const clock::time_point moment = clock::now() + std::chrono::microseconds(round % 10);
    const weft::timer due(moment - clock::now());
    const clock::time_point surely = clock::now() + std::chrono::microseconds(round % 10);
    weft::task<void> taker = weft::spawn([=] {
      weft::sleep_until(surely);  // from now on `due` is ready, and nobody but the select takes it
      static_cast<void>(c.try_recv());
    });
    weft::yield();
    EXPECT_NE(weft::select(weft::on_recv(c), weft::on_recv(due.channel()), weft::otherwise()), 2u);
    taker.join();
  }
}

}  // namespace
