// SPDX-License-Identifier: Apache-2.0
//
// Happens-before. The data that these tests share are ordinary variables, so that ThreadSanitizer reports every edge
// that is missing; without it the values are checked.
#include <array>
#include <atomic>

#include "styles.hpp"

namespace {

using namespace weft::test;
using weft::chan;

constexpr int capacities[] = {0, 1, 5};

WEFT_TEST("C13.1", "what was written before a send is seen after its receive") {
  for (const int capacity : capacities) {
    const chan<int> c(capacity);
    std::array<int, 40> data{};
    weft::task<void> writer = weft::spawn([&] {
      for (int i = 0; i < 40; ++i) {
        data[static_cast<std::size_t>(i)] = i + 1;
        send(all_styles[i % 4], c, i);
      }
    });
    for (int i = 0; i < 40; ++i) {
      const int at = *recv(all_styles[i / 4 % 4], c);
      EXPECT_EQ(data[static_cast<std::size_t>(at)], at + 1);
    }
    writer.join();
  }
}

WEFT_TEST("C13.2", "what was written before close is seen after a receive that reports the end") {
  for (const style how : all_styles) {
    for (const int capacity : capacities) {
      const chan<int> c(capacity);
      int data = 0;
      weft::go([&data, c] {
        data = 1;
        c.close();
      });
      EXPECT_EQ(recv(how, c), std::nullopt);
      EXPECT_EQ(data, 1);
    }
  }
}

WEFT_TEST("C13.3", "on an unbuffered channel what was written before the receive is seen after the send") {
  for (const style sends : all_styles) {
    for (const style receives : all_styles) {
      const chan<int> c;
      int data = 0;
      weft::go([&data, c, receives] {
        data = 1;
        static_cast<void>(recv(receives, c));
      });
      send(sends, c, 0);
      EXPECT_EQ(data, 1) << name(sends) << name(receives);
    }
  }
}

WEFT_TEST("C13.4", "a channel with room for one is a mutex: send locks, receive unlocks") {
  const chan<weft::unit> lock(1);
  int counter = 0;
  weft::wait_group all;
  for (int g = 0; g < 4; ++g) {
    all.go([&counter, lock, g] {
      for (int i = 0; i < 100; ++i) {
        send(all_styles[(g + i) % 4], lock, {});
        ++counter;
        static_cast<void>(recv(all_styles[i % 4], lock));
      }
    });
  }
  all.wait();
  EXPECT_EQ(counter, 400);
}

WEFT_TEST("C13.4", "a channel with room for n lets n at a time through") {
  constexpr int room = 3;
  const chan<weft::unit> gate(room);
  std::atomic<int> inside = 0, most = 0;
  weft::wait_group all;
  for (int g = 0; g < 12; ++g) {
    all.go([&, gate] {
      for (int i = 0; i < 20; ++i) {
        gate.send({});
        const int now = ++inside;
        int seen = most.load();
        while (now > seen && !most.compare_exchange_weak(seen, now)) continue;
        weft::yield();
        --inside;
        gate.recv();
      }
    });
  }
  all.wait();
  EXPECT_LE(most, room);
}

WEFT_TEST("C13.1", "a value is handed from goroutine to goroutine without a lock of its own") {
  struct account {
    int balance = 0;
  };
  const chan<account*> owner(1);
  account only;
  weft::wait_group all;
  for (int g = 0; g < 5; ++g) {
    all.go([=] {
      for (int i = 0; i < 20; ++i) {
        account* mine = *owner.recv();
        ++mine->balance;
        owner.send(mine);
      }
    });
  }
  owner.send(&only);
  all.wait();
  EXPECT_EQ((*owner.recv())->balance, 100);
}

}  // namespace
