// SPDX-License-Identifier: Apache-2.0
//
// The choice among ready cases. A count of n trials with probability p must lie within ten standard deviations of n p,
// ten times sqrt(n p (1 - p)): a fair select fails that about once in 10^23 runs.
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "styles.hpp"

namespace {

using namespace weft::test;
using weft::chan;
using weft::on_recv;
using weft::on_send;
using weft::otherwise;
using weft::select;

constexpr int trials = 10'000;

template <class Counts>
void expect_uniform(const Counts& counts, const char* what) {
  const double p = 1.0 / static_cast<double>(counts.size());
  const double allowed = 10 * std::sqrt(trials * p * (1 - p));
  for (const int count : counts) EXPECT_NEAR(count, trials * p, allowed) << what;
}

chan<int> full(int capacity) {
  const chan<int> c(capacity);
  while (c.try_send(0)) continue;
  return c;
}

WEFT_TEST_WITH("L2.1", "two channels that are always ready are each chosen half of the time", .seeds = 20) {
  const chan<int> a = full(trials), b = full(trials);
  std::array<int, 2> counts{};
  for (int i = 0; i < trials; ++i) ++counts[select(on_recv(a), on_recv(b))];
  expect_uniform(counts, "two receives");
}

WEFT_TEST_WITH("L2.1", "every ready case is equally likely: sends, receives, closed channels and repeated ones",
               .seeds = 20) {
  const chan<int> a = full(3 * trials), b(trials), c;
  c.close();
  std::array<int, 7> counts{};
  const chan<int> never;
  for (int i = 0; i < trials; ++i) {
    ++counts[select(on_recv(a), on_send(b, 0), on_recv(c), on_recv(a), on_recv(a), on_send(b, 0), on_recv(c),
                    on_recv(never), otherwise())];
  }
  expect_uniform(counts, "seven cases");
}

WEFT_TEST_WITH("L2.1", "what is not ready has no influence on the choice", .seeds = 20) {
  const chan<int> a = full(trials), b = full(trials), c = full(trials), never, null(nullptr);
  std::array<int, 3> counts{};
  for (int i = 0; i < trials; ++i) {
    const std::size_t chosen = select(on_recv(never), on_recv(a), on_send(null, 0), on_send(never, 0), on_recv(null),
                                      on_recv(b), on_recv(never), on_recv(c));
    ++counts[chosen == 1 ? 0 : chosen == 5 ? 1 : 2];
  }
  expect_uniform(counts, "three of eight");
}

WEFT_TEST_WITH("L2.1", "a selector chooses fairly among many cases", .seeds = 20) {
  constexpr std::size_t cases = 50;
  weft::selector s;
  for (std::size_t i = 0; i < cases; ++i) s.on_recv(full(1000));
  std::vector<int> counts(cases);
  for (int i = 0; i < trials; ++i) ++counts[s.wait()];
  expect_uniform(counts, "fifty cases");
}

WEFT_TEST("L2.2", "a select that offers two values to one channel sends both, each often") {
  for (const int capacity : {0, 1, 10}) {
    const chan<int> c(capacity);
    weft::go([=] {
      for (int i = 0; i < 200; ++i) select(on_send(c, 0), on_send(c, 1));
      c.close();
    });
    int received[2] = {};
    for (const int v : c) ++received[v];
    EXPECT_GT(received[0], 20) << capacity;
    EXPECT_GT(received[1], 20) << capacity;
    EXPECT_EQ(received[0] + received[1], 200);
  }
}

WEFT_TEST("L2.3", "a busy channel does not keep a select from ever choosing another") {
  const chan<int> busy, quiet;
  const chan<weft::unit> stop;
  weft::go([=] {
    while (select(on_send(busy, 0), on_recv(stop)) == 0) continue;
  });
  weft::go([=] { quiet.send(1); });
  int before = 0;
  while (select(on_recv(busy), on_recv(quiet)) == 0) ++before;
  EXPECT_LT(before, 1'000'000);
  stop.close();
}

}  // namespace
