// SPDX-License-Identifier: Apache-2.0
// guarantee: D11.4
// sentence: why somebody who waits is not taken for stuck is told if it is asked for
// engines: both
// seconds: 60
// not-under: address, thread (a sanitizer's own memory is too large to be looked at)
// env: WEFT_DIAG=stuckwhy
// expect-exit: 0
// expect-stdout: ^told: 0$
// expect-stderr: ^weft: goroutine [0-9]+ \[chan receive\] is not taken for stuck$
// expect-stderr: ^  from 0x[0-9a-f]+, in the block of [0-9]+ bytes at 0x[0-9a-f]+$
// expect-stderr: ^  from 0x[0-9a-f]+, which is [0-9]+ bytes into the mapping 0x[0-9a-f]+ .*$
#include <cstdio>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

weft::chan<int> news;

}  // namespace

int main() {
  return weft::run([] {
    weft::go([] { news.recv(); });
    weft::testing::settle();
    const auto stuck = weft::find_stuck();
    std::printf("told: %zu\n", stuck ? stuck->size() : 0);
  });
}
