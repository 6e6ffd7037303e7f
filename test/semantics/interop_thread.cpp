// SPDX-License-Identifier: Apache-2.0
//
// Threads that weft knows nothing of use channels and select, with goroutines and with each other. Under sim such a
// program is not reproducible, so fewer seeds do.
#include <chrono>
#include <vector>

#include "party.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
using weft::chan;
using weft::on_recv;
using weft::on_send;
using weft::otherwise;
using weft::select;

constexpr int capacities[] = {0, 1, 5};

WEFT_TEST_WITH("F1.1", "a thread sends to a goroutine and receives from it, in every way", .seeds = 10) {
  for (const int capacity : capacities) {
    for (const style how : all_styles) {
      const chan<int> to(capacity), from(capacity);
      partner echo(party::thread, [=] {
        while (const std::optional<int> v = recv(how, to)) send(how, from, *v + 1);
        from.close();
      });
      for (int i = 0; i < 20; ++i) {
        to.send(i);
        EXPECT_EQ(from.recv(), i + 1) << capacity << name(how);
      }
      to.close();
      EXPECT_EQ(from.recv(), std::nullopt);
    }
  }
}

WEFT_TEST_WITH("F1.1", "two threads use a channel without any goroutine", .seeds = 10) {
  for (const int capacity : capacities) {
    const chan<int> c(capacity);
    int sum = 0;
    partner sender(party::thread, [=] {
      for (int i = 1; i <= 100; ++i) c.send(i);
      c.close();
    });
    partner receiver(party::thread, [&sum, c] {
      for (const int v : c) sum += v;
    });
    sender.join();
    receiver.join();
    EXPECT_EQ(sum, 5050);
  }
}

WEFT_TEST_WITH("F1.2", "threads and goroutines that wait for one channel are served in the order in which they came",
               .seeds = 10) {
  constexpr std::size_t receivers = 8;
  const chan<int> c;
  std::vector<std::optional<int>> got(receivers);
  {
    std::vector<partner> waiting;
    for (std::size_t i = 0; i < receivers; ++i) {
      waiting.emplace_back(all_parties[i % 2], [&got, c, i] { got[i] = recv(all_styles[i / 2], c); });
      until_waiting(i + 1);
    }
    for (int v = 0; v < static_cast<int>(receivers); ++v) c.send(v);
  }
  for (std::size_t i = 0; i < receivers; ++i) EXPECT_EQ(got[i], static_cast<int>(i));
}

WEFT_TEST_WITH("F1.3", "close wakes threads that wait, as it wakes goroutines", .seeds = 10) {
  const chan<int> c;
  std::vector<partner> waiting;
  for (std::size_t i = 0; i < 8; ++i) {
    waiting.emplace_back(all_parties[i % 2], [=] { EXPECT_EQ(recv(all_styles[i / 2], c), std::nullopt); });
  }
  until_waiting(8);
  c.close();
}

WEFT_TEST_WITH("F1.4", "a thread selects: among channels, with otherwise, and with a time-out", .seeds = 10) {
  const chan<int> a, b;
  partner selecting(party::thread, [=] {
    int sum = 0;
    const auto add = [&](std::optional<int> v) { sum += *v; };
    for (int i = 0; i < 40; ++i) select(on_recv(a, add), on_recv(b, add));
    EXPECT_EQ(sum, 20 * 1 + 20 * 100);
    EXPECT_EQ(select(on_recv(a), on_send(b, 1), otherwise()), 2u);
    EXPECT_EQ(select(on_recv(a), on_recv(b), on_recv(weft::after(2ms))), 2u);
  });
  partner other(party::thread, [=] {
    for (int i = 0; i < 20; ++i) a.send(1);
  });
  for (int i = 0; i < 20; ++i) b.send(100);
}

WEFT_TEST_WITH("F1.5", "threads and goroutines together neither lose a value nor receive one twice", .seeds = 3) {
  const int items = scaled(2'000);
  for (const int capacity : capacities) {
    const chan<int> c(capacity);
    std::atomic<std::int64_t> sum = 0;
    std::atomic<int> count = 0;
    std::vector<partner> senders, receivers;
    for (std::size_t i = 0; i < 6; ++i) {
      senders.emplace_back(all_parties[i % 2], [=] {
        for (int v = 1; v <= items; ++v) send(all_styles[static_cast<std::size_t>(v) % 4], c, v);
      });
      receivers.emplace_back(all_parties[i % 2], [&, c, i] {
        while (const std::optional<int> v = recv(all_styles[i % 4], c)) {
          sum += *v;
          ++count;
        }
      });
    }
    senders.clear();
    c.close();
    receivers.clear();
    EXPECT_EQ(count, 6 * items);
    EXPECT_EQ(sum, std::int64_t{6} * items * (items + 1) / 2);
  }
}

}  // namespace
