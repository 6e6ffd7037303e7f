// SPDX-License-Identifier: Apache-2.0
//
// Class: once and lock mixed. Reported: as it forms (D7).
//
// blocking: yes
// sentence: corpus: what a once runs needs a lock whose holder waits for the once
// guarantee: D7.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^weft: deadlock: .*once 0x[0-9a-f]+ run by goroutine
// expect-stdout: ^main goes on$
#include <cstdio>
#include <mutex>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    auto* o = new weft::once;
    auto* m = new weft::mutex;
    auto* both = new weft::barrier(2);
    weft::go([=] {
      o->call([=] {
        both->arrive_and_wait();
        const std::scoped_lock hold(*m);
      });
    });
    weft::go([=] {
      const std::scoped_lock hold(*m);
      both->arrive_and_wait();
      o->call([] {});
    });
    weft::testing::settle();
    std::puts("main goes on");
  });
}
