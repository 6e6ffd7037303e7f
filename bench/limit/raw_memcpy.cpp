// SPDX-License-Identifier: Apache-2.0
//
// How fast does memory travel that is in the cache? Operation: one copy of 4 KiB. Checksum: the sum of the first bytes.
#include <cstring>
#include <vector>

#include "../harness.hpp"

namespace {

bench::count copies(bench::count n) {
  std::vector<unsigned char> from(4096, 1), to(4096);
  bench::count sum = 0;
  for (bench::count i = 0; i < n; ++i) {
    std::memcpy(to.data(), from.data(), from.size());
    __asm__ __volatile__("" : : "r"(to.data()) : "memory");
    sum += to[0];
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 1'000'000);
  return bench::measure("raw_memcpy", plan, copies, plan.n);
}
