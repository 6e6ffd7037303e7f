// SPDX-License-Identifier: Apache-2.0
// guarantee: G7.4 D9.1 D9.2
// sentence: what is left at the end of a run is told by kind, with the number of each, as text or as JSON
// engines: both
// seconds: 60
// expect-stdout: ^\[text\] err: weft: goroutines left when main returned:$
// expect-stdout: ^\[text\] err: goroutine [0-9]+ \[chan receive, 0x[0-9a-f]+, [0-9]+ ms\] \{consumer\}:$
// expect-stdout: ^\[text\] err:   .*nobody_sends
// expect-stdout: ^\[text\] err:   started at .*leaks_at_end\.cpp:[0-9]+\n\[text\] err:   and 99 more like it$
// expect-stdout: ^\[text\] err: goroutine [0-9]+ \[sync\.Mutex\.Lock, 0x[0-9a-f]+, [0-9]+ ms\]:$
// expect-stdout: ^\[text\] err:   and 1 more like it$
// expect-stdout: ^\[text\] exit 0$
// expect-stdout-not: ^\[text\] err: goroutine [0-9]+ \[chan receive.*\n(.*\n)*\[text\] err: goroutine [0-9]+ \[chan receive
// expect-stdout: ^\[asked by the environment\] err: weft: goroutines left when main returned:$
// expect-stdout: ^\[JSON\] err: \{"left": 102, "groups": \[\{"count": 100, "goroutine": [0-9]+, "state": "chan receive", "object": "0x[0-9a-f]+", "kind": "chan", "made": "[^"]*", "waited_ms": [0-9]+, "label": "consumer", "started": ".*leaks_at_end\.cpp:[0-9]+", "stack": \[".*nobody_sends.*"\], "holds": \[\]\}, \{"count": 2, .*\]\}$
// expect-stdout: ^\[JSON\] exit 0$
// expect-stdout-not: ^\[nothing asked\] err
// expect-stdout: ^\[nothing asked\] exit 0$
// expect-stdout-not: ^\[nothing left\] err
// expect-stdout: ^\[nothing left\] exit 0$
#include <mutex>

#include "scene.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

[[gnu::noinline]] void nobody_sends(const weft::chan<int>& c) {
  static_cast<void>(c.recv());
  __asm__ __volatile__("");  // no tail call: it stays in the stack
}

void leave_some() {
  const weft::chan<int> c;
  auto* m = new weft::mutex;
  m->lock();
  for (int i = 0; i < 100; ++i) weft::go({.label = "consumer"}, [=] { nobody_sends(c); });
  for (int i = 0; i < 2; ++i) weft::go([=] { m->lock(); });
  weft::testing::settle();
}

int run_with_report() { return weft::run(leave_some, {.report = true}); }

int run_without() { return weft::run(leave_some); }

}  // namespace

int main() {
  scene("text").play(run_with_report);
  scene("asked by the environment").play(run_without, "WEFT_DIAG", "deadlock=log,leaks");
  scene("JSON").play(run_with_report, "WEFT_DIAG", "leaks=json");
  scene("nothing asked").play(run_without);
  scene("nothing left").play([] { return weft::run([] {}, {.report = true}); });
}
