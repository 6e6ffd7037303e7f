// SPDX-License-Identifier: Apache-2.0
// guarantee: D1.3 G14.2
// sentence: a deadlock before main begins is reported like any other
// expect-exit: 2
// expect-stderr: ^fatal error: all goroutines are asleep - deadlock!$
#include "weft/weft.hpp"

const int early = weft::run([] { return weft::chan<int>().recv().value(); });

int main() { return early; }
