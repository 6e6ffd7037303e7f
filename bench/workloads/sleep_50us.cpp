// SPDX-License-Identifier: Apache-2.0
//
// How late is who sleeps for 50 us when nothing else goes on? Value: ns late, the median of n sleeps. Checksum: how many.
#include <chrono>
#include <vector>

#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

int measure(bench::count n) {
  constexpr std::chrono::microseconds length{50};
  std::vector<double> late;
  for (bench::count i = 0; i < n; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    weft::sleep_for(length);
    late.push_back(std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin - length).count());
  }
  return bench::report("sleep_50us", n, bench::median(late), static_cast<bench::count>(late.size()), n);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 2'000);
  return weft::run([&] { return measure(plan.n); });
}
