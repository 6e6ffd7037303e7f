// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "party.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
using weft::errc;
using weft::detail::canceller;
using weft::detail::wait_limit;
using flights = weft::singleflight<std::string, int>;

WEFT_TEST("E3.1", "a call with nobody else gives its own result, which is not shared") {
  flights all;
  const auto [value, shared] = all.do_("key", [] { return 7; });
  EXPECT_EQ(value, 7);
  EXPECT_FALSE(shared);
}

WEFT_TEST("E3.1", "calls with one key at the same time run one function, and share its result") {
  flights all;
  const weft::chan<int> go_on;
  std::atomic<int> calls = 0, others_share = 0;
  weft::wait_group done;
  for (int i = 0; i < 10; ++i) {
    done.go([&] {
      const auto [value, shared] = all.do_("key", [&] {
        ++calls;
        return *go_on.recv();
      });
      EXPECT_EQ(value, 5);
      if (shared) ++others_share;
    });
  }
  settle();
  go_on.send(5);
  done.wait();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(others_share, 10);
}

WEFT_TEST("E3.1", "nothing is kept: the next call runs its function") {
  flights all;
  int calls = 0;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(all.do_("key", [&] { return ++calls; }).value, i + 1);
}

WEFT_TEST("E3.1", "calls with different keys know nothing of each other, and one may be made inside another") {
  flights all;
  const int sum = all.do_("outer", [&] { return 1 + all.do_("inner", [] { return 2; }).value; }).value;
  EXPECT_EQ(sum, 3);
}

WEFT_TEST("E3.2", "after forget the next call runs its function, though the old flight goes on for those in it") {
  flights all;
  const weft::chan<int> go_on;
  weft::task<int> old = weft::spawn([&] { return all.do_("key", [&] { return *go_on.recv(); }).value; });
  settle();
  weft::task<int> passenger = weft::spawn([&] { return all.do_("key", [] { return -1; }).value; });
  settle();
  all.forget("key");
  all.forget("another");
  EXPECT_EQ(all.do_("key", [] { return 2; }).value, 2);
  go_on.send(1);
  EXPECT_EQ(old.join(), 1);
  EXPECT_EQ(passenger.join(), 1);
}

WEFT_TEST("E3.2", "a forgotten flight that lands does not end the one after it") {
  flights all;
  const weft::chan<int> first, second;
  weft::task<int> old = weft::spawn([&] { return all.do_("key", [&] { return *first.recv(); }).value; });
  settle();
  all.forget("key");
  weft::task<int> young = weft::spawn([&] { return all.do_("key", [&] { return *second.recv(); }).value; });
  settle();
  first.send(1);
  EXPECT_EQ(old.join(), 1);
  weft::task<int> joins = weft::spawn([&] { return all.do_("key", [] { return -1; }).value; });
  settle();
  second.send(2);
  EXPECT_EQ(young.join(), 2);
  EXPECT_EQ(joins.join(), 2);
}

WEFT_TEST("E3.3", "do_chan gives a channel that receives the outcome and is closed then") {
  flights all;
  const weft::receiver<flights::outcome> c = all.do_chan("key", [] { return 7; });
  const std::optional<flights::outcome> landed = c.recv();
  ASSERT_TRUE(landed);
  EXPECT_EQ(landed->value, 7);
  EXPECT_FALSE(landed->shared);
  EXPECT_FALSE(c.recv());
}

WEFT_TEST("E3.3", "do_chan and do_ share flights, whoever began") {
  flights all;
  const weft::chan<int> go_on;
  const auto fly = [&] { return *go_on.recv(); };
  const auto never = [] { return -1; };
  const auto by_channel = all.do_chan("a", fly);
  weft::task<int> caller = weft::spawn([&] { return all.do_("a", never).value; });
  settle();
  go_on.send(1);
  EXPECT_EQ(caller.join(), 1);
  EXPECT_TRUE(by_channel.recv()->shared);
  weft::task<int> begins = weft::spawn([&] { return all.do_("b", fly).value; });
  settle();
  const auto joins = all.do_chan("b", never), too = all.do_chan("b", never);
  go_on.send(2);
  EXPECT_EQ(begins.join(), 2);
  EXPECT_EQ(joins.recv()->value, 2);
  EXPECT_EQ(too.recv()->value, 2);
}

WEFT_TEST("E3.3", "nobody need receive from the channel of do_chan") {
  flights all;
  for (int i = 0; i < 5; ++i) static_cast<void>(all.do_chan("key", [] { return 1; }));
}

WEFT_TEST("E3.4", "a caller that gives up leaves, and the flight goes on for the others") {
  flights all;
  canceller c;
  const weft::chan<int> go_on;
  EXPECT_EQ(all.do_for(1ms, "key", [=] { return *go_on.recv(); }).error(), errc::timed_out);
  const auto never = [] { return -1; };
  const pending called_off([&] { EXPECT_EQ(all.do_(wait_limit{.by = &c}, "key", never).error(), errc::cancelled); });
  weft::task<int> stays = weft::spawn([&] { return all.do_("key", never).value; });
  weft::task<int> patient = weft::spawn([&] { return all.do_for(1h, "key", never).value().value; });
  settle();
  EXPECT_EQ(all.do_until(weft::clock::now() + 1ms, "key", never).error(), errc::timed_out);
  c.cancel(errc::cancelled);
  EXPECT_TRUE(called_off.ended());
  go_on.send(9);
  EXPECT_EQ(stays.join(), 9);
  EXPECT_EQ(patient.join(), 9);
  EXPECT_EQ(all.do_("key", [] { return 10; }).value, 10);
}

WEFT_TEST("E3.4", "who is called off or late before the call starts no flight") {
  flights all;
  canceller c;
  c.cancel(errc::cancelled);
  const auto never = [] {
    ADD_FAILURE() << "a flight was started";
    return -1;
  };
  EXPECT_EQ(all.do_(wait_limit{.by = &c}, "key", never).error(), errc::cancelled);
  EXPECT_EQ(all.do_for(0ms, "key", never).error(), errc::timed_out);
  EXPECT_EQ(all.do_for(-1s, "key", never).error(), errc::timed_out);
}

WEFT_TEST("E3.4", "a flight that everybody has left lands all the same") {
  flights all;
  const weft::chan<int> go_on, landed(1);
  EXPECT_EQ(all.do_for(1ms, "key",
                       [=] {
                         go_on.recv();
                         landed.send(1);
                         return 0;
                       })
                .error(),
            errc::timed_out);
  go_on.send(1);
  EXPECT_EQ(landed.recv(), 1);
}

WEFT_TEST("E3.4", "the object may be destroyed while flights go on") {
  const weft::chan<int> go_on;
  weft::receiver<flights::outcome> c;
  {
    flights all;
    c = all.do_chan("key", [=] { return *go_on.recv(); });
    EXPECT_EQ(all.do_for(1ms, "key", [] { return -1; }).error(), errc::timed_out);
  }
  go_on.send(3);
  EXPECT_EQ(c.recv()->value, 3);
}

WEFT_TEST("E3.1", "threads and goroutines share flights") {
  flights all;
  std::atomic<int> calls = 0;
  const auto fly = [&] {
    ++calls;
    weft::sleep_for(1ms);
    return 1;
  };
  {
    const partner thread(party::thread, [&] { EXPECT_EQ(all.do_("key", fly).value, 1); });
    const partner other(party::thread, [&] { EXPECT_EQ(all.do_(wait_limit{}, "key", fly).value().value, 1); });
    EXPECT_EQ(all.do_("key", fly).value, 1);
  }
  EXPECT_GE(calls, 1);
}

WEFT_TEST_WITH("E3.1", "with many callers, keys and limits every call gets the value of its key or gives up",
               .seeds = 50) {
  weft::singleflight<int, int> all;
  weft::wait_group done;
  for (int i = 0; i < 30; ++i) {
    done.go([&, i] {
      for (int round = 0; round < scaled(20); ++round) {
        const int key = (i + round) % 3;
        const auto fly = [key] {
          weft::yield();
          return key;
        };
        if (round % 5 == 0) all.forget(key);
        if (i % 3 == 0) {
          EXPECT_EQ(all.do_(key, fly).value, key);
        } else if (i % 3 == 1) {
          EXPECT_EQ(all.do_chan(key, fly).recv()->value, key);
        } else {
          const auto landed = all.do_for(std::chrono::microseconds(round), key, fly);
          EXPECT_TRUE(!landed || landed->value == key);
        }
      }
    });
  }
  done.wait();
}

}  // namespace
