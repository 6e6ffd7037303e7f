// SPDX-License-Identifier: Apache-2.0
//
// Class: circle of joins. Reported: as it forms (D7), and ends the program: nobody else could help.
//
// blocking: yes
// sentence: corpus: two tasks that join each other
// guarantee: D7.1
// engines: both
// expect-exit: 2
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^fatal error: deadlock: .*task 0x[0-9a-f]+ of goroutine [0-9]+, which waits for task
#include <cstdio>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    auto* tasks = new weft::task<void>[2];
    auto* made = new weft::barrier(3);
    for (int i = 0; i < 2; ++i) {
      tasks[i] = weft::spawn([=] {
        made->arrive_and_wait();
        tasks[1 - i].join();
      });
    }
    made->arrive_and_wait();
    weft::testing::settle();
    std::puts("main goes on");
  });
}
