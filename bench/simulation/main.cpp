// SPDX-License-Identifier: Apache-2.0
//
// How would the rules for waking and stealing do on 2 to 256 cores? This machine has two, so it is simulated
// (machine.hpp says how, and what is assumed). Three programs:
//   burst   one goroutine starts 30,000 that compute for a while: how much of the machine do they get?
//   tree    each of 2^15 goroutines starts two more, down to leaves that compute
//   steady  requests come one by one, as much as keeps 70 % of the cores busy: how long do they wait?
// For the first two: the speed-up over one core, per core (1.00: all cores computed all the time). For the third: the
// wait in microseconds at p50 and p99. Rules: weft's own; others differ in what their names say.
#include <array>
#include <cstdio>
#include <cstdlib>

#include "machine.hpp"

namespace {

using namespace simulation;

constexpr unsigned any = 1'000;
constexpr std::array candidates = {
    rules{.name = "one by one"},
    rules{.name = "two search", .publish_while = 2, .hand_on_while = 2, .wakes_on = 2},
    rules{.name = "finders wake 1", .hand_on_while = any},
    rules{.name = "finders wake 2", .hand_on_while = any, .wakes_on = 2},
    rules{.name = "finders wake 4", .hand_on_while = any, .wakes_on = 4},
    rules{.name = "takes one", .one_by_one = true},
    rules{.name = "all search", .any_may_search = true},
};
constexpr std::array lengths = {nanoseconds{1'000}, nanoseconds{10'000}, nanoseconds{100'000}};

double efficiency(double work, nanoseconds took, unsigned cores) { return work / static_cast<double>(took) / cores; }

double burst(unsigned cores, const rules& how, nanoseconds length) {
  constexpr std::int64_t tasks = 30'000;
  machine m(cores, how, {}, cores);
  m.set_leaf(length);
  m.begin({.children = tasks});
  const nanoseconds took = m.run();
  if (m.done() != tasks + 1) std::abort();
  return efficiency(static_cast<double>(tasks) * static_cast<double>(length), took, cores);
}

double tree(unsigned cores, const rules& how, nanoseconds length) {
  constexpr std::uint32_t depth = 14;
  machine m(cores, how, {}, cores);
  m.set_leaf(length);
  m.begin({.length = length, .children = 2, .depth = depth});
  const nanoseconds took = m.run();
  return efficiency(static_cast<double>(m.done()) * static_cast<double>(length), took, cores);
}

struct waits {
  double middle, late;
};

waits steady(unsigned cores, const rules& how, nanoseconds length) {
  constexpr std::int64_t requests = 20'000;
  machine m(cores, how, {}, cores);
  std::uint64_t random = 88172645463325252u;
  double due = 0;
  const double apart = static_cast<double>(length) / (0.7 * cores);
  for (std::int64_t i = 0; i < requests; ++i) {
    random ^= random << 13, random ^= random >> 7, random ^= random << 17;
    due += apart * 2 * static_cast<double>(random >> 11) / 9007199254740992.0;  // evenly between 0 and twice the mean
    m.arrive({.length = length, .due = static_cast<nanoseconds>(due)});
  }
  m.run();
  std::vector<nanoseconds> all = m.delays();
  std::sort(all.begin(), all.end());
  const auto at = [&](double part) {
    return static_cast<double>(all[static_cast<std::size_t>(part * static_cast<double>(all.size() - 1))]) / 1'000;
  };
  return {at(0.5), at(0.99)};
}

}  // namespace

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  for (const nanoseconds length : lengths) {
    std::printf("\nwork of %lld us each\n%-16s %6s %8s %8s %12s %12s\n", static_cast<long long>(length / 1'000),
                "rules", "cores", "burst", "tree", "steady p50", "p99 us");
    for (const rules& how : candidates) {
      for (unsigned cores = 2; cores <= 256; cores *= 2) {
        const waits w = steady(cores, how, length);
        std::printf("%-16s %6u %8.2f %8.2f %12.1f %12.1f\n", how.name, cores, burst(cores, how, length),
                    tree(cores, how, length), w.middle, w.late);
      }
    }
  }
  return 0;
}
