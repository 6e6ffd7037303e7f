// SPDX-License-Identifier: Apache-2.0
//
// Class: once. Reported: as it forms (D7), and ends the program: nobody else could help.
//
// blocking: yes
// sentence: corpus: what a once runs calls it again
// guarantee: D7.1
// engines: both
// expect-exit: 2
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^fatal error: deadlock: .*once 0x[0-9a-f]+ run by itself
#include <cstdio>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    auto* o = new weft::once;
    weft::go([=] { o->call([=] { o->call([] {}); }); });
    weft::testing::settle();
    std::puts("main goes on");
  });
}
