// SPDX-License-Identifier: Apache-2.0
//
// What does a tree of goroutines cost that is made, and reports, through channels? Each starts ten and adds up what they
// send it, down to n leaves that send their number: the "skynet" microbenchmark. n is a power of ten. Operation: a leaf,
// with its ninth of the inner goroutines. Checksum: the sum of the leaves' numbers.
#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

using line = weft::chan<bench::count>;

constexpr bench::count children = 10;

void node(const line& parent, bench::count number, bench::count size) {
  if (size == 1) return parent.send(number);
  const line mine;
  for (bench::count i = 0; i < children; ++i) {
    weft::go([mine, first = number + i * (size / children), size] { node(mine, first, size / children); });
  }
  bench::count sum = 0;
  for (bench::count i = 0; i < children; ++i) sum += *mine.recv();
  parent.send(sum);
}

bench::count skynet(bench::count n) {
  const line top;
  weft::go([top, n] { node(top, 0, n); });
  return *top.recv();
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 1'000'000);
  bench::count power = 1;
  while (power < plan.n) power *= children;
  if (power != plan.n) {
    std::fprintf(stderr, "skynet: %lld is not a power of ten\n", static_cast<long long>(plan.n));
    return 2;
  }
  return weft::run([&] { return bench::measure("skynet", plan, skynet, bench::sum_below(plan.n)); });
}
