// SPDX-License-Identifier: Apache-2.0
//
// Counts what goes through operator new while parties wait for each other, once everything is warm.
//
// sentence: waiting for a group, a task or a once allocates nothing
// guarantee: M8.11
// engines: both
// env: GOMAXPROCS=1
// not-under: address thread (they bring their own operator new)
// expect-exit: 0
// expect-stdout: ^group: 0\ngroup, in time: 0\ngroup, given up: 0\nonce: 0\ntask, given up: 0$
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "allocations.hpp"
#include "weft/weft.hpp"

namespace {

constexpr int times = 200;

template <class F>
void count(const char* what, F once) {
  for (int i = 0; i < times; ++i) once();
  const long made = fewest_allocations([&] {
    for (int i = 0; i < times; ++i) once();
  });
  std::printf("%s: %ld\n", what, made);
}

int play() {
  using namespace std::chrono_literals;
  const weft::chan<weft::wait_group*> jobs;
  const weft::chan<weft::once*> onces;
  weft::go([=] {
    for (weft::wait_group* each : jobs) each->done();
  });
  weft::go([=] {
    for (weft::once* each : onces) each->call([] { weft::yield(); });
  });
  weft::wait_group all;
  count("group", [&] {
    all.add(1);
    jobs.send(&all);
    all.wait();
  });
  count("group, in time", [&] {
    all.add(1);
    jobs.send(&all);
    if (!all.wait_for(1h)) std::abort();
  });
  all.add(1);
  count("group, given up", [&] {
    if (all.wait_for(1us)) std::abort();
  });
  static weft::once o[6 * times];
  count("once", [&, i = 0]() mutable {
    onces.send(&o[i]);
    o[i++].call([] { weft::yield(); });
  });
  const weft::chan<int> never;
  weft::task<void> endless = weft::spawn([=] { never.recv(); });
  count("task, given up", [&] {
    if (endless.join_for(1us)) std::abort();
  });
  never.close();
  return 0;
}

}  // namespace

int main() { return weft::run(play); }
