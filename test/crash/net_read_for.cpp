// SPDX-License-Identifier: Apache-2.0
// engines: sched
// guarantee: N1.6
// sentence: many who wait to read are read for by one call, where the kernel permits io_uring
// env: GOMAXPROCS=1
// expect-exit: 0
// expect-stdout: ^(all were read for|no io_uring here)$
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <utility>
#include <vector>

#include "../refused_call.hpp"
#include "../thread_ring.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

constexpr int parties = 16;

/// How many read their byte though recvfrom is refused.
int read_without_calls() {
  std::vector<std::pair<weft::net::unix_connection, weft::net::unix_connection>> all;
  for (int i = 0; i < parties; ++i) all.push_back(std::move(*weft::net::unix_pair()));
  int got = 0;
  weft::wait_group readers;
  for (auto& each : all) {
    readers.go([&] {
      std::byte byte{};
      const auto n = each.first.read({&byte, 1});
      got += n && *n == 1 && byte == std::byte{'y'};
    });
  }
  weft::testing::settle();  // they have found nothing, and wait
  static_cast<void>(weft::test::refuse(SYS_recvfrom, EPERM));
  const std::byte byte{'y'};
  for (auto& each : all) static_cast<void>(each.second.write({&byte, 1}));
  readers.wait();
  return got;
}

}  // namespace

int main() {
  return weft::run([] {
    const bool could = weft::test::has_thread_ring();
    const int got = read_without_calls();
    if (got == parties)
      std::puts("all were read for");
    else if (!could && got == 0)
      std::puts("no io_uring here");
  });
}
