// SPDX-License-Identifier: Apache-2.0
//
// Class: circle of channels (the class of cockroach 2448). Reported: when the run ends (D9); not as it forms,
// because nobody knows who else could receive.
//
// blocking: yes
// sentence: corpus: two goroutines that send to each other before they receive
// guarantee: D9.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^goroutine [0-9]+ \[chan send,
// expect-stdout: ^main goes on$
// expect-stderr-not: deadlock
#include <cstdio>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    const weft::chan<int> there;
    const weft::chan<int> back;
    weft::go([=] {
      there.send(1);
      back.recv();
    });
    weft::go([=] {
      back.send(2);
      there.recv();
    });
    weft::testing::settle();
    std::puts("main goes on");
  });
}
