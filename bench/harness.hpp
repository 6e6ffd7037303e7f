// SPDX-License-Identifier: Apache-2.0
//
// What every C++ workload shares: reading its two parameters, timing, checking, and the line it prints.
//
// A workload is a program `bench_<name> [n] [rounds]`. It does n operations, `rounds` times over in one process, and
// prints one line: its name, n, the median of the rounds (in the row's unit, mostly nanoseconds per operation), and the
// checksum. The checksum is what the workload computed (a sum of what was received, a count of what ran): a program
// whose sum is wrong says so and exits 1, and the driver compares the sums of all peers, so nobody is fast by doing
// less.
//
// Nothing here knows weft: peers written in C++ use the same header.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace bench {

using count = std::int64_t;

/// The exit status of a program whose measurement the machine disturbed; the driver runs it again.
inline constexpr int disturbed = 75;

struct plan {
  count n;         // operations per round
  int rounds = 1;  // how often they are timed; the median is reported
};

/// A positive decimal number, or the end of the program with status 2.
inline count number(const char* program, const char* text) {
  char* end = nullptr;
  const long long value = std::strtoll(text, &end, 10);
  if (*text == '\0' || *end != '\0' || value <= 0) {
    std::fprintf(stderr, "usage: %s [n] [rounds]   ('%s' is not a positive number)\n", program, text);
    std::exit(2);
  }
  return value;
}

/// The parameters, with n rounded up to a multiple of `multiple` (so that it divides evenly among goroutines).
inline plan read_plan(int argc, char** argv, count default_n, count multiple = 1) {
  plan p{default_n};
  if (argc > 1) p.n = number(argv[0], argv[1]);
  if (argc > 2) p.rounds = static_cast<int>(number(argv[0], argv[2]));
  if (argc > 3) {
    std::fprintf(stderr, "usage: %s [n] [rounds]\n", argv[0]);
    std::exit(2);
  }
  p.n = (p.n + multiple - 1) / multiple * multiple;
  return p;
}

/// What a curve varies (curves.txt): the number in BENCH_X, or else the one that the table's row asks for.
inline count varied(const char* program, count usual) {
  const char* text = std::getenv("BENCH_X");
  return text != nullptr ? number(program, text) : usual;
}

/// Prints the line the driver reads. Returns the exit status: 1 if the checksum is not the expected one.
inline int report(const char* workload, count n, double value, count sum, count expected) {
  if (sum != expected) {
    std::fprintf(stderr, "%s: the checksum is %lld, expected %lld\n", workload, static_cast<long long>(sum),
                 static_cast<long long>(expected));
    return 1;
  }
  std::printf("%s %lld %.2f %lld\n", workload, static_cast<long long>(n), value, static_cast<long long>(sum));
  return 0;
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// Runs body(n), which returns its checksum, `rounds` times and reports nanoseconds, divided by `share`.
template <class Body>
int measure_shares(const char* workload, plan p, Body body, count expected, double share) {
  std::vector<double> each;
  count sum = expected;
  for (int round = 0; round < p.rounds && sum == expected; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    sum = body(p.n);
    const std::chrono::duration<double, std::nano> elapsed = std::chrono::steady_clock::now() - begin;
    each.push_back(elapsed.count() / share);
  }
  return report(workload, p.n, median(each), sum, expected);
}

/// In nanoseconds per operation.
template <class Body>
int measure(const char* workload, plan p, Body body, count expected) {
  return measure_shares(workload, p, body, expected, static_cast<double>(p.n));
}

/// 0 + 1 + ... + (n - 1): what a receiver of those numbers must have added up.
inline constexpr count sum_below(count n) { return n * (n - 1) / 2; }

inline constexpr count fibonacci(count n) {
  count a = 0, b = 1;
  for (; n > 0; --n) {
    const count next = a + b;
    a = b;
    b = next;
  }
  return a;
}

/// How often the slow way to the n-th of them forks: once for every addition.
inline constexpr count additions(count n) { return fibonacci(n + 1) - 1; }

}  // namespace bench
