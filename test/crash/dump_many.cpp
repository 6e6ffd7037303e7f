// SPDX-License-Identifier: Apache-2.0
// guarantee: D5.8
// sentence: many goroutines are shown by kind, with the number of each
// engines: sched
// not-under: address thread (a hundred thousand stacks), emulator (it takes too long)
// seconds: 60
// expect-stdout: ^goroutine 1 \[running\]:$
// expect-stdout: ^goroutine [0-9]+ \[chan receive, 0x[0-9a-f]+, [0-9]+ ms\] \{receiver\}:$
// expect-stdout: receives_here
// expect-stdout: ^  and 69999 more like it
// expect-stdout: ^goroutine [0-9]+ \[chan send, 0x[0-9a-f]+, [0-9]+ ms\] \{sender\}:$
// expect-stdout: sends_here
// expect-stdout: ^  and 29999 more like it
// expect-stdout: ^goroutine [0-9]+ \[select \(no cases\), .*\] \{alone\}:$
// expect-stdout-not: and 0 more
#include <unistd.h>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

[[gnu::noinline]] int receives_here(const weft::chan<int>& c) { return c.recv().value_or(0) + 1; }
[[gnu::noinline]] int sends_here(const weft::chan<int>& c) {
  c.send(1);
  return 1;
}

int main() {
  return weft::run([] {
    const weft::chan<int> in, out;
    for (int i = 0; i < 70'000; ++i) weft::go({.label = "receiver"}, [=] { receives_here(in); });
    for (int i = 0; i < 30'000; ++i) weft::go({.label = "sender"}, [=] { sends_here(out); });
    weft::go({.label = "alone"}, [] { weft::select(); });
    weft::testing::settle();
    weft::dump_goroutines(1);
  });
}
