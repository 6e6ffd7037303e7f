// SPDX-License-Identifier: Apache-2.0
//
// A select does exactly one of its cases, however many peers come at once.
#include <algorithm>
#include <array>
#include <vector>

#include "styles.hpp"

namespace {

using namespace weft::test;
using weft::chan;
using weft::on_recv;
using weft::on_send;
using weft::select;

WEFT_TEST_WITH("L4.2", "a value that is offered to four channels at once arrives once, a hundred thousand times",
               .seeds = 3) {
  const int values = scaled(100'000);
  const std::array<chan<int>, 4> c;
  const chan<int> merged;
  weft::go([=] {
    for (int i = 0; i < values; ++i) select(on_send(c[0], i), on_send(c[1], i), on_send(c[2], i), on_send(c[3], i));
    for (const chan<int>& each : c) each.close();
  });
  weft::wait_group receivers;
  for (const chan<int>& each : c) {
    receivers.go([=] {
      for (const int v : each) merged.send(v);
    });
  }
  weft::go([&receivers, merged] {
    receivers.wait();
    merged.close();
  });
  std::vector<int> times(static_cast<std::size_t>(values));
  for (const int v : merged) ++times[static_cast<std::size_t>(v)];
  EXPECT_EQ(std::count(times.begin(), times.end(), 1), values);
}

WEFT_TEST_WITH("L4.2", "of two selects that could complete each other twice, each is completed once", .seeds = 20) {
  const int rounds = scaled(5'000);
  const chan<int> a, b;
  const auto side = [=](bool sends_on_a) {
    int sent = 0, received = 0;
    for (int i = 0; i < rounds; ++i) {
      const chan<int>& out = sends_on_a ? a : b;
      const chan<int>& in = sends_on_a ? b : a;
      if (select(on_send(out, i), on_recv(in)) == 0) {
        ++sent;
      } else {
        ++received;
      }
    }
    return std::pair(sent, received);
  };
  auto other = weft::spawn([=] { return side(false); });
  const auto [sent, received] = side(true);
  const auto [their_sent, their_received] = other.join();
  EXPECT_EQ(sent, their_received);
  EXPECT_EQ(received, their_sent);
  EXPECT_EQ(sent + received, rounds);
}

// Four channels of different capacities. Each has a sender and a receiver of its own, and one goroutine each sends to
// and receives from whichever is ready, until every channel has had its number.
WEFT_TEST_WITH("L8.1", "ten goroutines that select over and use four channels neither lose a value nor lock up",
               .seeds = 5) {
  const int items = scaled(10'000);
  const std::array<chan<int>, 4> c = {chan<int>(), chan<int>(), chan<int>(2), chan<int>(3)};
  weft::wait_group all;
  std::array<std::atomic<int>, 4> received{};
  for (std::size_t k = 0; k < 4; ++k) {
    all.go([=] {
      for (int i = 0; i < items; ++i) c[k].send(0);
    });
    all.go([=, &received] {
      for (int i = 0; i < items; ++i) received[k] += c[k].recv() == 0 ? 1 : 0;
    });
  }
  all.go([=] {
    std::array<chan<int>, 4> open = c;  // null when it has had its number
    std::array<int, 4> sent{};
    for (int i = 0; i < 4 * items; ++i) {
      const std::size_t k = select(on_send(open[3], 0), on_send(open[2], 0), on_send(open[0], 0), on_send(open[1], 0));
      constexpr std::size_t channel_of_case[] = {3, 2, 0, 1};
      if (++sent[channel_of_case[k]] == items) open[channel_of_case[k]] = nullptr;
    }
  });
  all.go([=, &received] {
    std::array<chan<int>, 4> open = c;
    std::array<int, 4> got{};
    for (int i = 0; i < 4 * items; ++i) {
      const std::size_t k = select(on_recv(open[0]), on_recv(open[1]), on_recv(open[2]), on_recv(open[3]));
      ++received[k];
      if (++got[k] == items) open[k] = nullptr;
    }
  });
  all.wait();
  for (const auto& count : received) EXPECT_EQ(count, 2 * items);
}

WEFT_TEST_WITH("L8.1", "selects that name the same channels in different orders do not lock each other up",
               .seeds = 20) {
  const chan<int> a(1), b(1), c(1);
  const int rounds = scaled(2'000);
  weft::wait_group all;
  for (int g = 0; g < 6; ++g) {
    all.go([=] {
      for (int i = 0; i < rounds; ++i) {
        switch ((g + i) % 3) {
          case 0:
            select(on_send(a, 1), on_recv(b), on_send(c, 1), on_recv(a), on_send(b, 1), on_recv(c));
            break;
          case 1:
            select(on_recv(c), on_send(b, 1), on_recv(a), on_send(c, 1), on_recv(b), on_send(a, 1));
            break;
          default:
            select(on_send(b, 1), on_send(c, 1), on_send(a, 1), on_recv(b), on_recv(c), on_recv(a));
        }
      }
    });
  }
  all.wait();
}

WEFT_TEST("L4.3", "a value that is not sent stays with the caller") {
  const chan<std::shared_ptr<int>> full(1), free(1);
  const auto value = std::make_shared<int>(1);
  full.send(nullptr);
  EXPECT_EQ(select(on_send(full, value), on_send(free, value)), 1u);
  EXPECT_EQ(value.use_count(), 2);  // ours, and the one in `free`
}

}  // namespace
