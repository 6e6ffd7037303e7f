// SPDX-License-Identifier: Apache-2.0
//
// What does a goroutine weigh that has not run yet? Starts n goroutines without ever letting go of the one worker,
// and looks at the process. Unit: bytes per goroutine, page tables included. Checksum: how many ran in the end.
//
// The measurement is only true while none has run; the watchdog gives the worker away after 10 ms. If it did, the
// program says so and exits 75, and the driver tries again.
#include "../footprint.hpp"
#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

int weigh(bench::count n) {
  bench::count ran = 0;  // one worker: no two goroutines run at once
  weft::wait_group all;
  all.go([&ran] { ran = 0; });
  all.wait();  // the runtime is warm now: its threads and first slabs are not the goroutines' weight

  all.add(n);
  const bench::footprint before = bench::footprint::now();
  for (bench::count i = 0; i < n; ++i) {
    weft::go([&] {
      ++ran;
      all.done();
    });
  }
  const bench::count early = ran;
  const bench::footprint after = bench::footprint::now();
  all.wait();
  if (early != 0) {
    std::fprintf(stderr, "memory_new: %lld goroutines ran before the measurement\n", static_cast<long long>(early));
    return bench::disturbed;
  }
  return bench::report("memory_new", n, static_cast<double>(after.total() - before.total()) / static_cast<double>(n),
                       ran, n);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 100'000);
  return weft::run([&] { return weigh(plan.n); }, {.workers = 1});
}
