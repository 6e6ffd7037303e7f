// SPDX-License-Identifier: Apache-2.0
//
// Waits for a wait_group that may be given up.
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "party.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
using weft::errc;
using weft::wait_group;
using weft::detail::canceller;
using weft::detail::wait_limit;

WEFT_TEST("M8.8", "a wait with a limit returns when all is done, and what was written before is seen") {
  canceller never;
  const std::vector<std::function<weft::result<void>(wait_group&)>> ways = {
      [](wait_group& g) { return g.wait_for(1h); },
      [](wait_group& g) { return g.wait_until(weft::clock::now() + 1h); },
      [](wait_group& g) { return g.wait(wait_limit{}); },
      [&](wait_group& g) { return g.wait(wait_limit{.by = &never}); },
  };
  for (const auto& wait : ways) {
    wait_group all;
    int data = 0;
    all.add(2);
    weft::go([&] { all.done(); });
    weft::go([&] {
      weft::yield();
      data = 7;
      all.done();
    });
    EXPECT_TRUE(wait(all));
    EXPECT_EQ(data, 7);
  }
}

WEFT_TEST("M8.8", "a wait whose time passes says so, and the group still counts") {
  wait_group all;
  all.add(1);
  const auto begin = weft::clock::now();
  EXPECT_EQ(all.wait_for(10ms).error(), errc::timed_out);
  EXPECT_GE(weft::clock::now() - begin, 10ms);
  EXPECT_EQ(all.wait_until(weft::clock::now() + 1ms).error(), errc::timed_out);
  all.done();
  all.wait();
}

WEFT_TEST("M8.8", "a wait that is called off says so, and the group still counts") {
  wait_group all;
  canceller c;
  all.add(1);
  const pending waits([&] { EXPECT_EQ(all.wait(wait_limit{.by = &c}).error(), errc::cancelled); });
  EXPECT_TRUE(waits.waits());
  c.cancel(errc::cancelled);
  EXPECT_TRUE(waits.ended());
  all.done();
  all.wait();
}

WEFT_TEST("M8.9", "a count of zero is enough when the time has passed, but not when the wait was called off before") {
  wait_group all;
  canceller c;
  c.cancel(errc::cancelled);
  EXPECT_TRUE(all.wait_for(0ms));
  EXPECT_TRUE(all.wait_for(-1h));
  EXPECT_TRUE(all.wait_until(weft::clock::time_point{}));
  EXPECT_EQ(all.wait(wait_limit{.by = &c}).error(), errc::cancelled);
  all.add(1);
  EXPECT_EQ(all.wait_for(0ms).error(), errc::timed_out);
  EXPECT_EQ(all.wait(wait_limit{.by = &c}).error(), errc::cancelled);
  all.done();
}

WEFT_TEST("M8.9", "a canceller that was closed by its deadline gives that as the reason") {
  wait_group all;
  canceller c;
  all.add(1);
  const pending waits([&] { EXPECT_EQ(all.wait(wait_limit{.by = &c}).error(), errc::timed_out); });
  c.cancel(errc::timed_out);
  EXPECT_TRUE(waits.ended());
  all.done();
}

WEFT_TEST("M8.10", "who gives up takes nobody else along, first, last or in the middle") {
  for (int quitter = 0; quitter < 3; ++quitter) {
    wait_group all;
    canceller c;
    all.add(1);
    std::vector<std::unique_ptr<pending>> waiting;
    for (int i = 0; i < 3; ++i) {
      waiting.push_back(std::make_unique<pending>([&, i] {
        if (i == quitter) {
          EXPECT_EQ(all.wait(wait_limit{.by = &c}).error(), errc::cancelled);
        } else {
          all.wait();
        }
      }));
    }
    c.cancel(errc::cancelled);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(waiting[static_cast<std::size_t>(i)]->ended(), i == quitter);
    all.done();
    for (const auto& each : waiting) EXPECT_TRUE(each->ended());
  }
}

WEFT_TEST("M8.10", "a group may be destroyed when all who waited have given up, though something is missing") {
  auto all = std::make_unique<wait_group>();
  all->add(3);
  EXPECT_EQ(all->wait_for(1ms).error(), errc::timed_out);
  all.reset();
}

WEFT_TEST("M8.10", "when all who waited have given up, an add at zero is no misuse") {
  wait_group all;
  for (int i = 0; i < 10; ++i) {
    all.add(1);
    EXPECT_EQ(all.wait_for(1us).error(), errc::timed_out);
    all.done();
    all.add(1);
    all.done();
    EXPECT_TRUE(all.wait_for(0ms));
  }
}

WEFT_TEST_WITH("M8.10", "giving up and being done at the same moment never break the next round", .seeds = 50) {
  for (int i = 0; i < scaled(200); ++i) {
    wait_group all;
    canceller c;
    std::atomic<int> done = 0;
    all.add(1);
    weft::task<void> gives_up = weft::spawn([&] { EXPECT_TRUE(!all.wait(wait_limit{.by = &c}) || done == 1); });
    weft::task<void> hurried =
        weft::spawn([&] { EXPECT_TRUE(!all.wait_for(std::chrono::microseconds(i % 20)) || done == 1); });
    weft::task<void> worker = weft::spawn([&] {
      ++done;
      all.done();
    });
    weft::task<void> caller_off = weft::spawn([&] { c.cancel(errc::cancelled); });
    all.wait();
    EXPECT_EQ(done, 1);
    gives_up.join();
    hurried.join();
    all.add(1);
    weft::go([&] {
      ++done;
      all.done();
    });
    all.wait();
    EXPECT_EQ(done, 2);
  }
}

WEFT_TEST("M8.8 F2.9", "threads wait for a group within limits as goroutines do") {
  for (const party kind : all_parties) {
    wait_group all;
    all.add(1);
    partner impatient(kind, [&] { EXPECT_EQ(all.wait_for(1ms).error(), errc::timed_out); });
    impatient.join();
    partner patient(kind, [&] { EXPECT_TRUE(all.wait(wait_limit{})); });
    all.done();
    patient.join();
  }
}

}  // namespace
