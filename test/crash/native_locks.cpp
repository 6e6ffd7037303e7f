// SPDX-License-Identifier: Apache-2.0
// guarantee: NM1.1 NM1.2 NM1.3 NM1.4 NM2.1
// sentence: a goroutine that stops while it holds a native mutex, or initialises a static variable, is told about
// engines: sched
// links: native_locks
// not-under: address, thread, undefined (they stand between the program and its locks themselves)
// seconds: 60
// expect-stdout: ^\[parks\] err: weft: native lock: goroutine 1 waits while it holds native mutex 0x[0-9a-f]+, which belongs to its thread$
// expect-stdout: ^\[parks\] err: goroutine 1 stops here:$
// expect-stdout: ^\[parks\] err: it was locked here:$
// expect-stdout: ^\[parks\] err: .*hold_and_wait
// expect-stdout: ^\[parks\] exit 0$
// expect-stdout: ^\[yields\] err: weft: native lock: goroutine 1 yields while it holds native shared mutex
// expect-stdout: ^\[yields\] exit 0$
// expect-stdout: ^\[ends\] err: weft: native lock: goroutine [0-9]+ ends while it holds native mutex
// expect-stdout: ^\[ends\] exit 0$
// expect-stdout: ^\[initialises\] err: weft: native lock: goroutine 1 waits while it initialises the static variable with guard 0x[0-9a-f]+
// expect-stdout: ^\[initialises\] err: it began here:$
// expect-stdout: ^\[initialises\] exit 0$
// expect-stdout: ^\[in time\] err: weft: native lock: goroutine 1 waits while it holds native mutex
// expect-stdout: ^\[in time, shared\] err: weft: native lock: goroutine 1 waits while it holds native shared mutex
// expect-stdout-not: ^\[(not asked|unlocked before|pinned|weft's own|reads beside another)\] err
// expect-stdout: ^\[reads beside another\] exit 0$
// expect-stdout: ^\[not asked\] exit 0$
// expect-stdout: ^\[unlocked before\] exit 0$
// expect-stdout: ^\[pinned\] exit 0$
// expect-stdout: ^\[weft's own\] exit 0$
#include <atomic>
#include <cstdio>
#include <mutex>
#include <shared_mutex>

#include "scene.hpp"
#include "weft/pin.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;

[[gnu::noinline]] void hold_and_wait(std::mutex& m) {
  const std::scoped_lock hold(m);
  weft::sleep_for(1ms);
}

void parks() {
  std::mutex m;
  for (int i = 0; i < 3; ++i) hold_and_wait(m);
}

void yields() {
  std::shared_mutex m;
  weft::wait_group others;
  others.go([] { weft::yield(); });
  const std::shared_lock hold(m);
  for (int i = 0; i < 3; ++i) weft::yield();
}

void ends() {
  static std::mutex m;
  weft::spawn([] { m.lock(); }).join();
}

int slowly() {
  weft::sleep_for(1ms);
  return 7;
}

void initialises() {
  static const int value = slowly();
  std::printf("%d\n", value);
}

void unlocked_before() {
  std::mutex m;
  std::shared_mutex s;
  for (int i = 0; i < 3; ++i) {
    { const std::scoped_lock hold(m, s); }
    weft::sleep_for(1ms);
  }
}

void pinned() {
  std::mutex m;
  const weft::pin here;
  hold_and_wait(m);
}

/// Another has read since before, and goes on.
void reads_beside_another() {
  std::shared_mutex m;
  std::atomic<int> step{0};
  const auto await = [&](int wanted) {
    while (step.load() != wanted) continue;
  };
  auto other = weft::spawn([&] {
    await(1);
    const std::shared_lock hold(m);
    step = 2;
    await(3);
  });
  {
    const std::shared_lock hold(m);
    step = 1;
    await(2);
  }
  weft::sleep_for(1ms);
  step = 3;
  other.join();
}

void in_time() {
  std::timed_mutex m;
  const std::unique_lock hold(m, 10s);
  weft::sleep_for(1ms);
}

void in_time_shared() {
  std::shared_timed_mutex m;
  const std::shared_lock hold(m, 10s);
  weft::sleep_for(1ms);
}

void own() {
  weft::mutex m;
  const std::scoped_lock hold(m);
  weft::sleep_for(1ms);
}

}  // namespace

int main() {
  const auto play = [](const char* name, void (*body)(), const char* diag) {
    scene(name).play([=] { return weft::run([=] { body(); }, {.workers = 2}); }, "WEFT_DIAG", diag);
  };
  play("parks", parks, "native");
  play("yields", yields, "native");
  play("ends", ends, "native");
  play("initialises", initialises, "native");
  play("not asked", parks, "");
  play("unlocked before", unlocked_before, "native");
  play("pinned", pinned, "native");
  play("weft's own", own, "native");
  play("reads beside another", reads_beside_another, "native");
  play("in time", in_time, "native");
  play("in time, shared", in_time_shared, "native");
}
