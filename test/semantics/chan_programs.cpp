// SPDX-License-Identifier: Apache-2.0
//
// Whole programs of goroutines and channels, with a result that is known.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "styles.hpp"

namespace {

using namespace weft::test;
using weft::chan;
using weft::receiver;
using weft::sender;

// 2, 3, 4 and so on, until nobody wants more.
receiver<int> numbers_from_two(const receiver<weft::unit>& stop) {
  const chan<int> out;
  weft::go([=] {
    for (int n = 2; weft::select(weft::on_send(out, n), weft::on_recv(stop)) == 0; ++n) continue;
  });
  return out;
}

receiver<int> without_multiples(const receiver<int>& in, int prime, const receiver<weft::unit>& stop) {
  const chan<int> out;
  weft::go([=] {
    for (;;) {
      std::optional<int> n;
      const auto keep = [&](std::optional<int> v) { n = v; };
      if (weft::select(weft::on_recv(in, keep), weft::on_recv(stop)) == 1) return;
      if (*n % prime != 0 && weft::select(weft::on_send(out, *n), weft::on_recv(stop)) == 1) return;
    }
  });
  return out;
}

WEFT_TEST_WITH("C3.3", "a chain of filters sieves the prime numbers", .seeds = 20) {
  const int known[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97};
  const chan<weft::unit> stop;
  receiver<int> candidates = numbers_from_two(stop);
  for (const int prime : known) {
    const std::optional<int> next = candidates.recv();
    ASSERT_EQ(next, prime);
    candidates = without_multiples(candidates, *next, stop);
  }
  stop.close();
}

WEFT_TEST_WITH("C3.3", "a value passes through a chain of ten thousand goroutines that all wait", .seeds = 3) {
  const int length = scaled(10'000);
  const chan<int> leftmost;
  chan<int> left = leftmost;
  for (int i = 0; i < length; ++i) {
    const chan<int> right;
    weft::go([=] { left.send(1 + *right.recv()); });
    left = right;
  }
  settle();
  left.send(0);
  EXPECT_EQ(leftmost.recv(), length);
}

// The numbers whose only prime factors are 2, 3 and 5, in order: three multiplied copies of the result are merged.
WEFT_TEST_WITH("C3.2", "a network that feeds itself merges the multiples of 2, 3 and 5", .seeds = 50) {
  constexpr int wanted = 60;
  const chan<std::int64_t> feeds[3] = {chan<std::int64_t>(500), chan<std::int64_t>(500), chan<std::int64_t>(500)};
  chan<std::int64_t> products[3];
  const std::int64_t factors[] = {2, 3, 5};
  for (int i = 0; i < 3; ++i) {
    weft::go([in = feeds[i], out = products[i], factor = factors[i]] {
      for (const std::int64_t v : in) out.send(v * factor);
      out.close();
    });
  }
  std::vector<std::int64_t> found{1};
  for (const auto& feed : feeds) feed.send(1);
  std::int64_t heads[] = {*products[0].recv(), *products[1].recv(), *products[2].recv()};
  while (found.size() < wanted) {
    const std::int64_t least = std::min({heads[0], heads[1], heads[2]});
    found.push_back(least);
    for (const auto& feed : feeds) feed.send(least);
    for (int i = 0; i < 3; ++i) {
      if (heads[i] == least) heads[i] = *products[i].recv();
    }
  }
  const std::vector<std::int64_t> start(found.begin(), found.begin() + 15);
  EXPECT_EQ(start, (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 18, 20, 24}));
  EXPECT_EQ(found[59], 384);
  for (int i = 0; i < 3; ++i) {
    feeds[i].close();
    while (products[i].recv()) continue;
  }
}

WEFT_TEST_WITH("C6.1", "what many consumers take from one channel is what was put in, each item once", .seeds = 10) {
  constexpr int consumers = 23;
  const int items = scaled(20'000);
  const chan<int> in(10), out(10);
  weft::wait_group all;
  for (int i = 0; i < consumers; ++i) {
    all.go([=] {
      for (const int v : in) {
        if (v % 53 == 0) weft::yield();
        out.send(v);
      }
    });
  }
  weft::go([=] {
    for (int i = 0; i < items; ++i) in.send(i);
    in.close();
  });
  weft::go([&all, out] {
    all.wait();
    out.close();
  });
  std::int64_t count = 0, sum = 0;
  for (const int v : out) {
    ++count;
    sum += v;
  }
  EXPECT_EQ(count, items);
  EXPECT_EQ(sum, std::int64_t{items} * (items - 1) / 2);
}

// Coefficients of a power series come out of a channel one by one; 1/(1-x) times itself n times has binomials.
receiver<std::int64_t> ones(int terms) {
  const chan<std::int64_t> out;
  weft::go([=] {
    for (int i = 0; i < terms; ++i) out.send(1);
    out.close();
  });
  return out;
}

receiver<std::int64_t> times_geometric(const receiver<std::int64_t>& series) {
  const chan<std::int64_t> out;
  weft::go([=] {
    std::int64_t sum = 0;
    for (const std::int64_t coefficient : series) out.send(sum += coefficient);
    out.close();
  });
  return out;
}

WEFT_TEST("C10.1", "power series made of channels have the right coefficients") {
  receiver<std::int64_t> series = ones(10);
  for (int power = 0; power < 5; ++power) series = times_geometric(series);
  std::vector<std::int64_t> coefficients;
  for (const std::int64_t c : series) coefficients.push_back(c);
  EXPECT_EQ(coefficients, (std::vector<std::int64_t>{1, 6, 21, 56, 126, 252, 462, 792, 1287, 2002}));
}

}  // namespace
