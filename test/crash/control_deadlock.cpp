// SPDX-License-Identifier: Apache-2.0
//
// engines: both
// guarantee: TL1.4
// sentence: a process that listens for the command weft still reports a deadlock
// env: WEFT_CONTROL=1
// expect-exit: 2
// expect-stderr: fatal error: all goroutines are asleep - deadlock!
#include "weft/control.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    const weft::result<std::string> where = weft::control::listen();
    if (!where || *where != weft::control::listen().value()) return;
    weft::chan<int>().recv();
  });
}
