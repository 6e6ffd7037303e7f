// SPDX-License-Identifier: Apache-2.0
//
// Flights that end by an exception or by goexit. What ends the program is in test/crash/singleflight_failures.cpp.
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "party.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
using weft::errc;
using flights = weft::singleflight<std::string, int>;

WEFT_TEST("E3.5", "an exception reaches every caller, as the same object, and the next call runs its function") {
  if (weft::test::under_thread_sanitizer) return;  // it does not see how libstdc++ counts references to exceptions
  flights all;
  const weft::chan<int> go_on;
  std::vector<weft::task<const void*>> callers;
  for (int i = 0; i < 5; ++i) {
    callers.push_back(weft::spawn([&, i]() -> const void* {
      const auto fly = [go_on]() -> int {
        go_on.recv();
        throw std::runtime_error("no");
      };
      try {
        if (i % 2 == 0) {
          all.do_("key", fly);
        } else {
          static_cast<void>(all.do_for(1h, "key", fly));
        }
      } catch (const std::runtime_error& e) {
        EXPECT_STREQ(e.what(), "no");
        return &e;
      }
      return nullptr;
    }));
  }
  settle();
  go_on.send(1);
  const void* const first = callers[0].join();
  EXPECT_NE(first, nullptr);
  for (std::size_t i = 1; i < callers.size(); ++i) EXPECT_EQ(callers[i].join(), first);
  EXPECT_EQ(all.do_("key", [] { return 1; }).value, 1);
}

WEFT_TEST("E3.5", "an exception reaches those who are left when others have given up") {
  flights all;
  const weft::chan<int> go_on;
  const auto fly = [go_on]() -> int {
    go_on.recv();
    throw 42;
  };
  EXPECT_EQ(all.do_for(1ms, "key", fly).error(), errc::timed_out);
  const pending stays([&] { EXPECT_THROW(all.do_("key", fly), int); });
  go_on.send(1);
  EXPECT_TRUE(stays.ended());
}

WEFT_TEST("E3.6", "a goexit ends the goroutine of every caller") {
  flights all;
  const weft::chan<int> go_on;
  int went_on = 0;
  weft::wait_group done;
  for (int i = 0; i < 6; ++i) {
    done.go([&, i] {
      const auto fly = [go_on]() -> int {
        go_on.recv();
        weft::goexit();
      };
      if (i % 2 == 0) {
        all.do_("key", fly);
      } else {
        static_cast<void>(all.do_for(1h, "key", fly));
      }
      ++went_on;
    });
  }
  settle();
  go_on.send(1);
  done.wait();
  EXPECT_EQ(went_on, 0);
  EXPECT_EQ(all.do_("key", [] { return 1; }).value, 1);
}

WEFT_TEST("E3.6", "a goexit closes the channels of do_chan without a value") {
  flights all;
  EXPECT_FALSE(all.do_chan("key", []() -> int { weft::goexit(); }).recv());
  EXPECT_EQ(all.do_chan("key", [] { return 1; }).recv()->value, 1);
}

struct refusing_key {
  int number;
  int* copies_left;
  refusing_key(int n, int* left) : number(n), copies_left(left) {}
  refusing_key(const refusing_key& other) : number(other.number), copies_left(other.copies_left) {
    if (--*copies_left < 0) throw std::runtime_error("no copy");
  }
  bool operator==(const refusing_key& other) const { return number == other.number; }
};

struct hash_of_key {
  std::size_t operator()(const refusing_key& key) const { return static_cast<std::size_t>(key.number); }
};

WEFT_TEST("E3.8", "what throws before the function has begun is thrown, and leaves no flight behind") {
  weft::singleflight<refusing_key, int, hash_of_key> all;
  int left = 0;
  const refusing_key key(1, &left);
  for (const int copies : {0, 1}) {
    left = copies;
    EXPECT_THROW(static_cast<void>(all.do_for(1h, key, [] { return 1; })), std::runtime_error);
    left = copies;
    EXPECT_THROW(static_cast<void>(all.do_chan(key, [] { return 1; })), std::runtime_error);
    left = 100;
    EXPECT_EQ(all.do_for(1h, key, [] { return 2; })->value, 2);
  }
}

}  // namespace
