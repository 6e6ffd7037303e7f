// SPDX-License-Identifier: Apache-2.0
//
// Goroutines that wait for channels, whom nobody can wake, and those whom somebody could.
#include <chrono>
#include <memory>
#include <thread>

#include "harness.hpp"
#include "stuck_scene.hpp"

using namespace std::chrono_literals;

namespace {

using numbers = weft::chan<int>;

[[gnu::noinline]] void give_up_on_an_answer() {
  const numbers answer;
  weft::go({.label = "D10 answer"}, [=] { answer.send(42); });
}

WEFT_TEST_WITH("D10.1", "a goroutine whose channel nobody else has is stuck", .seeds = 5, .drain = false) {
  EXPECT_TRUE(is_found(give_up_on_an_answer, "D10 answer", 1));
}

[[gnu::noinline]] void wait_in_a_chain() {
  const numbers first, second;
  weft::go({.label = "D10 chain"}, [=] {
    first.recv();
    second.send(1);
  });
  weft::go({.label = "D10 chain"}, [=] { second.recv(); });
}

WEFT_TEST_WITH("D10.1", "so are those that only wait for one that is stuck", .seeds = 5, .drain = false) {
  EXPECT_TRUE(is_found(wait_in_a_chain, "D10 chain", 2));
}

[[gnu::noinline]] void select_from_two() {
  const numbers a, b;
  weft::go({.label = "D10 select"}, [=] { weft::select(weft::on_recv(a), weft::on_send(b, 1)); });
}

WEFT_TEST_WITH("D10.1", "a select is stuck if all its channels are lost", .seeds = 5, .drain = false) {
  EXPECT_TRUE(is_found(select_from_two, "D10 select", 1));
}

weft::chan<int> global = nullptr;

WEFT_TEST_WITH("D10.2", "a channel that a variable of the program has is not lost", .seeds = 5) {
  global = numbers();
  weft::wait_group ended;
  weft::go({.label = "D10 global"}, [&ended, c = global] {
    ended.add(1);
    c.recv();
    ended.done();
  });
  EXPECT_LE(stuck("D10 global"), 0);
  global.close();
  ended.wait();
  global = nullptr;
}

WEFT_TEST_WITH("D10.2", "nor is one that lies on the heap", .seeds = 5) {
  auto kept = std::make_unique<numbers>();
  weft::go({.label = "D10 heap"}, [c = *kept] { c.recv(); });
  EXPECT_LE(stuck("D10 heap"), 0);
  kept->close();
}

/// The only handle is on the stack of the one that waits; somebody else refers to it there.
[[gnu::noinline]] void lend_by_reference(weft::wait_group& ended) {
  ended.add(1);
  weft::go({.label = "D10 lent"}, [&ended] {
    const numbers c;
    weft::go([&c] {
      weft::sleep_for(200ms);
      c.send(1);
    });
    c.recv();
    ended.done();
  });
}

WEFT_TEST_WITH("D10.2", "nor one that somebody who is not stuck refers to, wherever the handle is", .seeds = 5) {
  weft::wait_group ended;
  lend_by_reference(ended);
  EXPECT_LE(stuck("D10 lent"), 0);
  ended.wait();
}

[[gnu::noinline]] void wait_for_a_sleeper(weft::wait_group& ended) {
  const numbers c;
  ended.add(1);
  weft::go({.label = "D10 sleeper"}, [=, &ended] {
    c.recv();
    ended.done();
  });
  weft::go([=] {
    weft::sleep_for(200ms);
    c.close();
  });
}

WEFT_TEST_WITH("D10.2", "nor one that a goroutine has that sleeps", .seeds = 5) {
  weft::wait_group ended;
  wait_for_a_sleeper(ended);
  EXPECT_LE(stuck("D10 sleeper"), 0);
  ended.wait();
}

[[gnu::noinline]] void wait_with_a_limit(weft::wait_group& ended) {
  const numbers c;
  ended.add(2);
  weft::go({.label = "D10 limit"}, [=, &ended] {
    static_cast<void>(c.recv_for(200ms));
    ended.done();
  });
  weft::go({.label = "D10 limit"}, [&ended] {
    weft::after(200ms).recv();
    ended.done();
  });
}

WEFT_TEST_WITH("D10.2", "who gives up, or waits for a timer, is not stuck", .seeds = 5) {
  weft::wait_group ended;
  wait_with_a_limit(ended);
  EXPECT_LE(stuck("D10 limit"), 0);
  ended.wait();
}

WEFT_TEST_WITH("D10.3", "with a thread that weft does not know nothing is said", .on = weft::test::sched_only) {
  weft::chan<weft::unit> end;
  std::thread unknown([] { std::this_thread::sleep_for(300ms); });
  EXPECT_TRUE(!weft::find_stuck(1ms).has_value());
  weft::blocking([&] { unknown.join(); });
}

}  // namespace
