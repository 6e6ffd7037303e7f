// SPDX-License-Identifier: Apache-2.0
// guarantee: D7.1 D7.2 D7.3 D7.4
// sentence: goroutines that wait for each other in a circle are reported when the circle closes, while others go on
// engines: both
// seconds: 120
// expect-stdout-not: did not end
// expect-stdout: ^\[tasks\] err: fatal error: deadlock: goroutine [0-9]+ waits for task 0x[0-9a-f]+ of goroutine [0-9]+, which waits for task 0x[0-9a-f]+ of goroutine [0-9]+$
// expect-stdout: ^\[tasks\] err: goroutine [0-9]+ \[task join, 0x[0-9a-f]+, [0-9]+ ms\]:$
// expect-stdout: ^\[tasks\] err:   is task 0x[0-9a-f]+, for which goroutine [0-9]+ waits$
// expect-stdout: ^\[tasks\] err:   started at .*deadlock_cycles\.cpp:[0-9]+$
// expect-stdout: ^\[tasks\] exit 2$
// expect-stdout: ^\[group\] err: fatal error: deadlock: goroutine [0-9]+ waits for
// expect-stdout: ^\[group\] exit 2$
// expect-stdout: ^\[once\] err: fatal error: deadlock: goroutine 1 waits for once 0x[0-9a-f]+ run by itself$
// expect-stdout: ^\[once\] exit 2$
// expect-stdout: ^\[two locks\] err: weft: deadlock: goroutine [0-9]+ waits for mutex 0x[0-9a-f]+ held by goroutine [0-9]+, which waits for mutex 0x[0-9a-f]+ held by goroutine [0-9]+, unless somebody else unlocks$
// expect-stdout: ^\[two locks\] err:   holds mutex 0x[0-9a-f]+, for which goroutine [0-9]+ waits$
// expect-stdout: ^\[two locks\] err: goroutine [0-9]+ \[sync\.Mutex\.Lock, 0x[0-9a-f]+, [0-9]+ ms\] \{the first\}:$
// expect-stdout: ^\[two locks\] out: the others go on$
// expect-stdout: ^\[two locks\] exit 0$
// expect-stdout: ^\[two locks, abort\] err: fatal error: deadlock:
// expect-stdout: ^\[two locks, abort\] exit 2$
// expect-stdout: ^\[twice\] err: weft: deadlock: goroutine [0-9]+ waits for mutex 0x[0-9a-f]+ held by itself, unless somebody else unlocks$
// expect-stdout: ^\[twice\] out: the others go on$
// expect-stdout: ^\[twice\] exit 0$
// expect-stdout: ^\[wait group\] err: weft: deadlock: .*wait_group 0x[0-9a-f]+ to which belongs goroutine .*, unless somebody else unlocks or calls done\(\)$
// expect-stdout: ^\[wait group\] exit 0$
// expect-stdout: ^\[writer\] err: weft: deadlock: .*shared_mutex 0x[0-9a-f]+ held by goroutine
// expect-stdout: ^\[writer\] exit 0$
// expect-stdout: ^\[nested readers\] err: weft: deadlock: goroutine [0-9]+ waits for shared_mutex 0x[0-9a-f]+ behind the writer goroutine [0-9]+, which waits for shared_mutex 0x[0-9a-f]+ held by goroutine [0-9]+, unless
// expect-stdout: ^\[nested readers\] exit 0$
// expect-stdout: ^\[many\] err: weft: deadlock: .*(, which waits for mutex 0x[0-9a-f]+ held by goroutine [0-9]+){9}, unless
// expect-stdout: ^\[many\] exit 0$
// expect-stdout: ^\[callback\] out: 2 parties, not certain: goroutine
// expect-stdout: ^\[callback\] exit 0$
// expect-stdout: ^\[json\] err: \{"certain": false, "parties": 2, "circle": \[\{"party": "goroutine [0-9]+", "state": "sync.Mutex.Lock", "kind": "mutex", "object": "0x[0-9a-f]+", "relation": "held by", "owner": "goroutine [0-9]+", "waited_ms": [0-9]+, "label": ".*", "file": ".*deadlock_cycles\.cpp", "line": [0-9]+\}, \{.*\}\]\}$
// expect-stdout: ^\[json\] exit 0$
// expect-stdout: ^\[graph\] err: digraph deadlock \{$
// expect-stdout: ^\[graph\] err:   "goroutine [0-9]+" -> "goroutine [0-9]+" \[label="mutex 0x[0-9a-f]+"\];$
// expect-stdout: ^\[graph\] exit 0$
// expect-stdout: ^\[off\] out: the others go on\n\[off\] exit 0$
// expect-stdout-not: ^\[off\] err
#include <cstdio>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "scene.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

/// main's other work goes on until nothing can run but it.
void go_on() {
  weft::testing::settle();
  std::puts("the others go on");
}

void two_tasks() {
  weft::chan<weft::task<void>*> to_first(1);
  auto* first = new weft::task<void>(weft::spawn([=] { to_first.recv().value()->join(); }));
  auto* second = new weft::task<void>(weft::spawn([=] {
    weft::testing::settle();
    first->join();
  }));
  to_first.send(second);
  go_on();
  go_on();
}

void group() {
  auto* g = new weft::group;
  const weft::chan<weft::task<void>*> made(1);
  g->go([=] { made.recv().value()->join(); });
  made.send(new weft::task<void>(weft::spawn([=] { static_cast<void>(g->wait()); })));
  go_on();
}

void once_in_once() {
  weft::once o;
  o.call([&o] { o.call([] {}); });
}

void two_locks() {
  auto* a = new weft::mutex;
  auto* b = new weft::mutex;
  auto* both = new weft::barrier(2);
  weft::go({.label = "the first"}, [=] {
    const std::scoped_lock first(*a);
    both->arrive_and_wait();
    const std::scoped_lock second(*b);
  });
  weft::go([=] {
    const std::scoped_lock first(*b);
    both->arrive_and_wait();
    const std::scoped_lock second(*a);
  });
  go_on();
}

void two_locks_abort() {
  weft::on_deadlock(weft::deadlock_policy::abort);
  two_locks();
}

void two_locks_off() {
  weft::on_deadlock(weft::deadlock_policy::ignore);
  two_locks();
}

void two_locks_callback() {
  weft::on_deadlock([](const weft::deadlock_report& found) {
    std::printf("%zu parties, %scertain: %.*s\n", found.parties(), found.certain() ? "" : "not ",
                static_cast<int>(found.sentence().size()), found.sentence().data());
  });
  two_locks();
}

void twice() {
  auto* m = new weft::mutex;
  weft::go([=] {
    m->lock();
    m->lock();
  });
  go_on();
}

void wait_group() {
  auto* all = new weft::wait_group;
  auto* m = new weft::mutex;
  weft::go([=] {
    const std::scoped_lock hold(*m);
    all->go([=] { const std::scoped_lock inner(*m); });
    all->wait();
  });
  go_on();
}

void writer() {
  auto* table = new weft::shared_mutex;
  auto* m = new weft::mutex;
  auto* both = new weft::barrier(2);
  weft::go([=] {
    const std::scoped_lock write(*table);
    both->arrive_and_wait();
    const std::scoped_lock hold(*m);
  });
  weft::go([=] {
    const std::scoped_lock hold(*m);
    both->arrive_and_wait();
    const std::shared_lock read(*table);
  });
  go_on();
}

void nested_readers() {
  auto* table = new weft::shared_mutex;
  weft::go([=] {
    const std::shared_lock outer(*table);
    weft::go([=] { const std::scoped_lock write(*table); });
    weft::testing::settle();
    const std::shared_lock inner(*table);
  });
  go_on();
  go_on();
}

void many() {
  constexpr std::size_t n = 10;
  auto* locks = new weft::mutex[n];
  auto* all = new weft::barrier(n);
  for (std::size_t i = 0; i < n; ++i) {
    weft::go([=] {
      const std::scoped_lock mine(locks[i]);
      all->arrive_and_wait();
      const std::scoped_lock next(locks[(i + 1) % n]);
    });
  }
  go_on();
}

}  // namespace

int main() {
  const auto play = [](const char* name, void (*body)()) { scene(name).play([=] { return weft::run(body); }); };
  play("tasks", two_tasks);
  play("group", group);
  play("once", once_in_once);
  play("two locks", two_locks);
  play("two locks, abort", two_locks_abort);
  play("twice", twice);
  play("wait group", wait_group);
  play("writer", writer);
  play("nested readers", nested_readers);
  play("many", many);
  play("callback", two_locks_callback);
  play("off", two_locks_off);
  scene("json").play([] { return weft::run(two_locks); }, "WEFT_DIAG", "deadlockform=json");
  scene("graph").play([] { return weft::run(two_locks); }, "WEFT_DIAG", "deadlockform=dot");
}
