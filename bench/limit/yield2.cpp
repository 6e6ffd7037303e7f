// SPDX-License-Identifier: Apache-2.0
//
// The limit of ../workloads/yield2.cpp: two stacks that switch to each other.
#include "../harness.hpp"
#include "switches.hpp"

namespace {

void other(void* arg) {
  auto& s = *static_cast<bare_switch*>(arg);
  for (;;) {
    ++s.sum;
    s.come_back();
  }
}

bench::count yields(bench::count n) {
  bare_switch s(other);
  bench::count mine = 0;
  for (; mine < n / 2; ++mine) s.go_there();
  return mine + s.sum;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 3'000'000, 2);
  return bench::measure("yield2", plan, yields, plan.n);
}
