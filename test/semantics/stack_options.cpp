// SPDX-License-Identifier: Apache-2.0
//
// The options of go() and spawn(). Sizes out of range: test/crash/stack_option_*.cpp.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "harness.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

using weft::chan;
using weft::unit;

WEFT_TEST("S3", "goroutines of many stack sizes live side by side") {
  weft::wait_group all;
  chan<std::size_t> done(64);
  for (std::size_t size : {std::size_t{1}, std::size_t{4096}, std::size_t{100'000}, std::size_t{256} << 10,
                           std::size_t{1} << 20, std::size_t{1} << 30}) {
    for (int i = 0; i < 4; ++i) {
      all.add(1);
      weft::go({.stack = size}, [&all, done, size] {
        weft::yield();
        done.send(size);
        all.done();
      });
    }
  }
  all.wait();
  EXPECT_EQ(done.len(), 24u);
}

WEFT_TEST("S3", "a gibibyte is asked for a hundred times: only what is touched takes memory") {
  // AddressSanitizer touches an eighth of each.
  constexpr std::size_t size = weft::test::under_address_sanitizer ? std::size_t{16} << 20 : std::size_t{1} << 30;
  chan<unit> gate;
  chan<unit> started;
  for (int i = 0; i < 100; ++i) {
    weft::go({.stack = size}, [=] {
      started.send({});
      gate.recv();
    });
  }
  for (int i = 0; i < 100; ++i) started.recv();
  gate.close();
}

WEFT_TEST("S3", "spawn takes the same options") {
  weft::task<int> t = weft::spawn({.stack = std::size_t{8} << 20, .label = "with a result"}, [] {
    weft::yield();
    return 9;
  });
  EXPECT_EQ(t.join(), 9);
}

WEFT_TEST("S5", "stacks that were given back are used again") {
  for (int round = 0; round < 3; ++round) {
    weft::wait_group all;
    chan<unit> gate;
    for (int i = 0; i < 100; ++i) all.go([=] { gate.recv(); });
    weft::testing::settle();
    EXPECT_EQ(weft::testing::count().stacks, 101u);
    gate.close();
    all.wait();
  }
}

WEFT_TEST("S6.1", "a goroutine that has not run has no stack") {
  weft::wait_group all;
  const std::size_t before = weft::testing::count().stacks;
  EXPECT_EQ(before, 1u);
  chan<unit> gate;
  for (int i = 0; i < 10; ++i) all.go([=] { gate.recv(); });
  const weft::testing::census now = weft::testing::count();
  EXPECT_EQ(now.goroutines, 11u);
  EXPECT_LE(now.stacks, 11u);
  gate.close();
  all.wait();
}

}  // namespace
