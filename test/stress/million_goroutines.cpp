// SPDX-License-Identifier: Apache-2.0
// guarantee: S6.3
// sentence: a million goroutines wait on a channel at once, and all go on
// not-under: address (memory), thread (memory)
// seconds: 120
// expect-exit: 0
// expect-stdout: ^1000000 waiting
// expect-stdout: ^all ended$
#include <cstdio>

#include "../memory_taken.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

constexpr int count = 1'000'000;

}  // namespace

int main() {
  return weft::run([] {
    const double before = memory_taken();
    const weft::chan<int> gate;
    weft::wait_group all;
    for (int i = 0; i < count; ++i) all.go([=] { gate.recv(); });
    weft::testing::settle();
    std::printf("%zu waiting, %.0f bytes each\n", weft::testing::count().waiters, (memory_taken() - before) / count);
    gate.close();
    all.wait();
    std::puts("all ended");
  });
}
