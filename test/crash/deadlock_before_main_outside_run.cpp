// SPDX-License-Identifier: Apache-2.0
// guarantee: D1.3 D1.5 G14.2
// sentence: a thread that waits for ever before main begins, without run, is a deadlock
// expect-exit: 2
// expect-stderr: ^fatal error: all goroutines are asleep - deadlock!$
#include "weft/weft.hpp"

const int early = weft::chan<int>().recv().value();

int main() { return early; }
