// SPDX-License-Identifier: Apache-2.0
//
// Select with time-outs, as the documents use it.
#include <chrono>
#include <vector>

#include "styles.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::after;
using weft::chan;
using weft::on_recv;
using weft::on_send;
using weft::select;

WEFT_TEST("T2.1", "a select with a time-out takes what comes in time, and the time-out otherwise") {
  const chan<int> answers;
  weft::go([=] {
    weft::sleep_for(1ms);
    answers.send(1);
  });
  EXPECT_EQ(select(on_recv(answers), on_recv(after(10s))), 0u);

  const weft::clock::time_point start = weft::clock::now();
  EXPECT_EQ(select(on_recv(answers), on_recv(after(5ms))), 1u);
  EXPECT_GE(weft::clock::now() - start, 5ms);
  EXPECT_EQ(select(on_send(answers, 2), on_recv(after(1ms))), 1u);
}

WEFT_TEST("T2.1", "one deadline bounds a whole loop") {
  const chan<int> steady;
  const chan<weft::unit> stop;
  weft::go([=] {
    while (select(on_send(steady, 1), on_recv(stop)) == 0) weft::sleep_for(1ms);
  });
  const auto deadline = after(10ms);
  int received = 0;
  while (select(on_recv(steady), on_recv(deadline)) == 0) ++received;
  EXPECT_LE(received, 12);
  stop.close();
}

WEFT_TEST_WITH("T2.1", "in virtual time a time-out is exact", .on = sim_only) {
  const weft::clock::time_point start = weft::clock::now();
  EXPECT_EQ(select(on_recv(chan<int>()), on_recv(after(1h))), 1u);
  EXPECT_EQ(weft::clock::now() - start, 1h);
}

WEFT_TEST_WITH("L4.4", "a select that has timed out does not take a value later", .drain = true) {
  const chan<int> late;
  EXPECT_EQ(select(on_recv(late), on_recv(after(1ms))), 1u);
  EXPECT_FALSE(late.try_send(1));
  weft::task<std::optional<int>> taker = weft::spawn([=] { return late.recv(); });
  late.send(2);
  EXPECT_EQ(taker.join(), 2);
}

}  // namespace
