// SPDX-License-Identifier: Apache-2.0
//
// A program that gdb stops at `look_now` while its goroutines wait, each for something else. run.sh looks at it, live
// and on a core file, and begins every line with the one or the other.
//
// guarantee: GD1 GD1.1 GD1.2 GD1.3 GD1.4
// sentence: gdb shows goroutines, their stacks and weft's objects, in a live process and in a core file
// expect-stdout: ^live: \* 1 +running on thread \d+  in look_now.*  started at .*parked\.cpp:\d+$
// expect-stdout: ^live:   \d+ +chan receive 0x[0-9a-f]+ \{reader\}  in wait_for_work\(?.*  started at .*parked\.cpp:\d+$
// expect-stdout: ^live:   \d+ +mutex lock 0x[0-9a-f]+ \{locker\}  in wait_for_lock.*started at .*parked\.cpp:\d+$
// expect-stdout: ^live: \* \d+ +running \{busy\} on thread \d+  in compute .*
// expect-stdout: ^core:   \d+ +chan receive 0x[0-9a-f]+ \{reader\}  in wait_for_work\(?.*  started at .*parked\.cpp:\d+$
// expect-stdout: ^core:   \d+ +mutex lock 0x[0-9a-f]+ \{locker\}  in wait_for_lock.*started at .*parked\.cpp:\d+$
// expect-stdout: ^live: #\d+ .*wait_for_work .*parked\.cpp:\d+$
// expect-stdout: ^core: #\d+ .*wait_for_work .*parked\.cpp:\d+$
// expect-stdout: ^core: #\d+ .*look_now .*parked\.cpp:\d+$
// expect-stdout: ^live: +kept = 114 'r'$
// expect-stdout: ^core: +kept = 114 'r'$
// expect-stdout: ^(live|core): \$\d+ = chan<int>: 2 of 3 = \{7, 8\}$
// expect-stdout: ^(live|core): \$\d+ = chan<weft::unit>: unbuffered, receiving: goroutine \d+$
// expect-stdout: ^(live|core): \$\d+ = mutex: locked by goroutine 1, waited for by goroutine \d+$
// expect-stdout: ^(live|core): \$\d+ = wait_group: 2 to come, waited for by goroutine \d+$
// expect-stdout: ^(live|core): \$\d+ = context: ended \(cancelled\)$
// expect-stdout: ^(live|core): \$\d+ = task: under way \(goroutine \d+\)$
// expect-stdout: ^live: There is no goroutine 4711; info goroutines shows which there are.$
// expect-stdout: ^inlined: #\d+ .*wait_for_work .*parked\.cpp:\d+$
// expect-stdout: ^inlined: #\d+ .*wait_for_lock .*parked\.cpp:\d+$
// expect-stdout: ^(stripped: weft: no goroutines here|gdb may not trace here|strip is missing)
// expect-stdout: ^nothing: weft: there is no process\nnothing: weft: there is no process$
// expect-stdout-not: Python Exception|inlined: #\d+ .*(look_now|in_the_middle).*\n(inlined: #.*\n)*inlined: .*wait_for
// seconds: 180
#include <atomic>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

std::atomic<bool> computing{false};

[[gnu::noinline]] void look_now() { __asm__ __volatile__("" : : : "memory"); }

/// Where a thread stands, by a signal, in the middle of functions that have no frames of their own.
[[gnu::always_inline]] inline void in_the_middle() {
  __asm__ __volatile__("" : : : "memory");
  __builtin_trap();
}

[[gnu::noinline]] int wait_for_work(const weft::chan<weft::unit>& work, char name) {
  volatile char kept = name;
  work.recv();
  return kept;
}

[[gnu::noinline]] void wait_for_lock(weft::mutex& m) {
  m.lock();
  m.unlock();
}

[[gnu::noinline]] void compute() {
  computing.store(true);
  while (computing.load()) __asm__ __volatile__("" : : : "memory");
}

weft::chan<int> numbers(3);
weft::chan<weft::unit> work;
weft::mutex lock;
weft::wait_group group;
weft::task<int> result;

int main() {
  return weft::run(
      [] {
        auto ctx = weft::with_cancel(weft::background());
        ctx.cancel();
        numbers.send(7);
        numbers.send(8);
        lock.lock();
        group.add(2);
        weft::go({.label = "reader"}, [] { wait_for_work(work, 'r'); });
        weft::go({.label = "locker"}, [] { wait_for_lock(lock); });
        weft::go({.label = "waiter"}, [] { group.wait(); });
        result = weft::spawn([] { return *weft::chan<int>().recv(); });
        weft::testing::settle();
        weft::go({.label = "busy"}, compute);
        while (!computing.load()) weft::yield();
        look_now();
        if (ctx.err()) in_the_middle();
      },
      {.workers = 2});
}
