// SPDX-License-Identifier: Apache-2.0
//
// The question is stated in ../workloads/stream.cpp.
#include "../harness.hpp"
#include "api.hpp"

namespace {

bench::count items(bench::count n) {
  peer::unbuffered line;
  auto producer = peer::spawn([&] {
    for (bench::count i = 0; i < n; ++i) line.send(i);
    line.close();
  });
  bench::count sum = 0;
  while (const auto i = line.recv()) sum += *i;
  producer.join();
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 2'000'000);
  return peer::run([&] { return bench::measure("stream", plan, items, bench::sum_below(plan.n)); });
}
