// SPDX-License-Identifier: Apache-2.0
//
// Class: channel and lock mixed (the class of grpc 1460). Reported: when the run ends (D9); not as it forms,
// because nobody knows who else could send.
//
// blocking: yes
// sentence: corpus: a value is received under the lock that the sender needs
// guarantee: D9.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^goroutine [0-9]+ \[chan receive,
// expect-stderr: ^goroutine [0-9]+ \[sync\.Mutex\.Lock,
// expect-stdout: ^main goes on$
// expect-stderr-not: deadlock
#include <cstdio>
#include <mutex>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main() {
  return weft::run([] {
    auto* m = new weft::mutex;
    const weft::chan<int> replies;
    auto* both = new weft::barrier(2);
    weft::go([=] {
      const std::scoped_lock hold(*m);
      both->arrive_and_wait();
      replies.recv();
    });
    weft::go([=] {
      both->arrive_and_wait();
      const std::scoped_lock hold(*m);
      replies.send(1);
    });
    weft::testing::settle();
    std::puts("main goes on");
  });
}
