// SPDX-License-Identifier: Apache-2.0
// engines: sched
// guarantee: N1.6
// sentence: who was read for has read, also if his run ends before he goes on
// env: GOMAXPROCS=1
// expect-exit: 0
// expect-stdout: ^(what was read for others is read|no io_uring here)$
#include <cstddef>
#include <cstdio>
#include <span>
#include <utility>
#include <vector>

#include "../thread_ring.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;

constexpr int parties = 16;

std::vector<std::pair<weft::net::unix_connection, weft::net::unix_connection>> all;  // outlives both runs

/// How many of those who wait for a byte go on in a run that ends with the first of them.
int go_on_until_the_first() {
  int gone_on = 0;
  weft::run([&] {
    for (int i = 0; i < parties; ++i) all.push_back(std::move(*weft::net::unix_pair()));
    weft::chan<bool> first(parties);
    for (auto& each : all) {
      weft::go([&each, &gone_on, first] {
        std::byte byte{};
        if (each.first.read({&byte, 1})) ++gone_on;
        first.send(true);
      });
    }
    weft::testing::settle();
    const std::byte byte{'y'};
    for (auto& each : all) static_cast<void>(each.second.write({&byte, 1}));
    static_cast<void>(first.recv());
  });
  return gone_on;
}

/// Of how many sockets the next run finds the byte.
int left_to_the_next_run() {
  int found = 0;
  weft::run([&] {
    for (auto& each : all) {
      std::byte byte{};
      if (each.first.read_for(0ms, {&byte, 1})) ++found;
    }
  });
  return found;
}

}  // namespace

int main() {
  const bool could = weft::test::has_thread_ring();
  const int gone_on = go_on_until_the_first();
  const int left = left_to_the_next_run();
  if (could && gone_on < parties && left == 0)
    std::puts("what was read for others is read");
  else if (!could && left == parties - gone_on)
    std::puts("no io_uring here");
  else
    std::printf("%d have gone on, the bytes of %d are left\n", gone_on, left);
}
