// SPDX-License-Identifier: Apache-2.0
//
// What does a goroutine weigh that has not run yet? Starts n goroutines that do not get to run, and looks at the
// process. Unit: bytes per goroutine, page tables included. Checksum: how many ran in the end.
//
// There is one worker, and the starter has it. Were it to keep it for more than 10 ms, the watchdog would give it to
// the others. So now and then the starter passes it to a companion that passes it straight back: the two are each
// other's next, and hardly any of the new goroutines comes between. Those that do are not counted; if they are more
// than one in twenty, the machine has disturbed the measurement.
#include "../footprint.hpp"
#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

/// Two goroutines that switch to each other: the caller of pass() and one that waits for it.
class companion {
 public:
  companion() {
    weft::go([there = there_, back = back_] {
      for (weft::unit u : there) back.send(u);
    });
    pass();
  }
  ~companion() { there_.close(); }

  void pass() const {
    there_.send({});
    back_.recv();
  }

 private:
  weft::chan<weft::unit> there_;
  weft::chan<weft::unit> back_{1};  // so that the companion is back at its receive when the caller goes on
};

int weigh(bench::count n) {
  bench::count ran = 0;  // one worker: no two goroutines run at once
  weft::wait_group all;
  all.add(n);
  const companion other;  // and the runtime is warm now: its threads are not the goroutines' weight
  const bench::footprint before = bench::footprint::now();
  for (bench::count i = 0; i < n; ++i) {
    weft::go([&] {
      ++ran;
      all.done();
    });
    if (i % 500 == 0) other.pass();
  }
  const bench::count early = ran;
  const bench::footprint after = bench::footprint::now();
  all.wait();
  if (early > n / 20) {
    std::fprintf(stderr, "memory_new: %lld goroutines ran before the measurement\n", static_cast<long long>(early));
    return bench::disturbed;
  }
  const double weight = static_cast<double>(after.total() - before.total()) / static_cast<double>(n - early);
  return bench::report("memory_new", n, weight, ran, n);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 100'000);
  return weft::run([&] { return weigh(plan.n); }, {.workers = 1});
}
