// SPDX-License-Identifier: Apache-2.0
//
// How long until an answer is back? One goroutine sends a number over an unbuffered channel, the other sends it back
// one larger over a second. Operation: one round trip (two sends, two receives, two switches). Checksum: the sum of
// the answers.
#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

bench::count round_trips(bench::count n) {
  weft::chan<bench::count> ping, pong;
  weft::go([=] {
    for (bench::count i : ping) pong.send(i + 1);
    pong.close();
  });
  bench::count sum = 0;
  for (bench::count i = 0; i < n; ++i) {
    ping.send(i);
    sum += pong.recv().value_or(0);
  }
  ping.close();
  return pong.recv() ? -1 : sum;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 1'000'000);
  return weft::run([&] { return bench::measure("ping_pong", plan, round_trips, bench::sum_below(plan.n) + plan.n); });
}
