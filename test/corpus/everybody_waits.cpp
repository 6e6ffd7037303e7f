// SPDX-License-Identifier: Apache-2.0
//
// Class: missing receiver, of everybody. Reported: when nobody can go on (D1).
//
// blocking: yes
// sentence: corpus: main waits, too
// guarantee: D1.1
// engines: both
// expect-exit: 2
// seconds: 60
// expect-stderr: ^fatal error: all goroutines are asleep - deadlock!$
#include <cstdio>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    const weft::chan<int> answer;
    weft::go([=] { answer.send(42); });
    const weft::chan<int> question;
    question.recv();
    std::puts("main goes on");
  });
}
