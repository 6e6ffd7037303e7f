// SPDX-License-Identifier: Apache-2.0
// engines: sched
// guarantee: N1.6
// sentence: who was read for has read, also if his run ends before he goes on
// env: GOMAXPROCS=1
// expect-exit: 0
// expect-stdout: ^(what was read for others is read|no io_uring here)$
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <utility>
#include <vector>

#include "../thread_ring.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;

constexpr int parties = 16;
using pairs = std::vector<std::pair<weft::net::unix_connection, weft::net::unix_connection>>;

void write_to_all(pairs& all, char byte) {
  for (auto& each : all) static_cast<void>(each.second.write({reinterpret_cast<const std::byte*>(&byte), 1}));
}

/// How many of those who wait for a byte go on in a run that ends with the first of them.
int go_on_until_the_first(pairs& all) {
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
    write_to_all(all, 'y');
    static_cast<void>(first.recv());
  });
  return gone_on;
}

/// In how many sockets the next run finds only what has been written since.
int read_before(pairs& all) {
  int found = 0;
  weft::run([&] {
    write_to_all(all, 'z');
    for (auto& each : all) {
      std::array<std::byte, 4> left{};
      const auto n = each.first.read_for(0ms, left);
      if (n && *n == 1 && left[0] == std::byte{'z'}) ++found;
    }
  });
  return found;
}

/// Whether somebody was read for and did not go on. The others have gone on, or what they waited for is there.
bool is_read_for_the_gone(pairs& all) {
  const int gone_on = go_on_until_the_first(all);
  return read_before(all) > gone_on;
}

}  // namespace

// A busy machine may end the run before more than a few are seen to be readable, and few are not read for.
int main() {
  static pairs kept[8];  // those who never go on point to them
  bool found = false;
  for (pairs& all : kept) found = found || is_read_for_the_gone(all);
  const bool could = weft::test::has_thread_ring();
  if (found && could)
    std::puts("what was read for others is read");
  else if (!found && !could)
    std::puts("no io_uring here");
}
