// SPDX-License-Identifier: Apache-2.0
//
// Class: missing receiver (the class of kubernetes 5316, moby 33293). Reported: when the run ends (D9); not as it
// forms, because nobody knows who else could receive.
//
// blocking: yes
// sentence: corpus: the caller has given up, and nobody takes the answer
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
    const weft::chan<int> answer;
    weft::go([=] { answer.send(42); });
    const weft::chan<weft::unit> gave_up(1);
    gave_up.send({});
    weft::select(weft::on_recv(gave_up));  // as after a time-out
    weft::testing::settle();
    std::puts("main goes on");
  });
}
