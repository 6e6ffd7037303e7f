// SPDX-License-Identifier: Apache-2.0
// guarantee: D1.2
// sentence: a deadlock's report shows every goroutine, what it waits for, its stack and where it was started
// expect-exit: 2
// expect-stderr: ^fatal error: all goroutines are asleep - deadlock!$
// expect-stderr: ^goroutine 1 \[sync\.WaitGroup\.Wait, 0x[0-9a-f]+, [0-9]+ ms\]:$
// expect-stderr: ^goroutine [0-9]+ \[chan receive, 0x[0-9a-f]+, [0-9]+ ms\]:$
// expect-stderr: ^goroutine [0-9]+ \[chan send, 0x[0-9a-f]+, [0-9]+ ms\]:$
// expect-stderr: ^goroutine [0-9]+ \[sync\.Mutex\.Lock, 0x[0-9a-f]+, [0-9]+ ms\] \{the locker\}:$
// expect-stderr: ^goroutine [0-9]+ \[select, .*[0-9]+ ms\]:$
// expect-stderr: a_function_with_a_name
// expect-stderr: ^  started at .*deadlock_shows_all\.cpp:[0-9]+$
#include <mutex>

#include "weft/weft.hpp"

[[gnu::noinline]] int a_function_with_a_name(const weft::chan<int>& c) { return c.recv().value() + 1; }

int main() {
  return weft::run([] {
    weft::chan<int> nobody_sends;
    weft::chan<int> nobody_receives;
    weft::mutex m;
    m.lock();
    weft::wait_group all;
    all.add(1);
    weft::go([=] { a_function_with_a_name(nobody_sends); });
    weft::go([=] { nobody_receives.send(1); });
    weft::go({.label = "the locker"}, [&m] { m.lock(); });
    weft::go([=] { weft::select(weft::on_recv(nobody_sends), weft::on_recv(weft::chan<int>())); });
    all.wait();
  });
}
