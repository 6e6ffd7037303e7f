// SPDX-License-Identifier: Apache-2.0
// guarantee: W9.4 W9.5 W9.6
// sentence: a pin in the wrong hands panics; pinned goroutines are seen in deadlocks and hold up no exit
// not-under: thread
// expect-stdout: ^\[other hands\] err: panic: weft: a pin is destroyed by the goroutine that made it$
// expect-stdout: ^\[other hands\] reports: 1\n\[other hands\] exit 2$
// expect-stdout: ^\[deadlock\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[deadlock\] reports: 1\n\[deadlock\] exit 2$
// expect-stdout: ^\[hog\] exit 5$
#include <memory>
#include <optional>

#include "scene.hpp"
#include "weft/weft.hpp"

namespace {

int destroy_in_other_hands() {
  return weft::run([] {
    auto held = std::make_unique<std::optional<weft::pin>>(std::in_place);
    weft::spawn([&held] { held.reset(); }).join();
  });
}

int wait_for_ever() {
  return weft::run([] {
    const weft::chan<int> never;
    weft::go([=] {
      const weft::pin here;
      never.recv();
    });
    const weft::pin here;
    weft::wait_group nobody;
    nobody.add(1);
    nobody.wait();
  });
}

/// Nobody may wait for a pinned goroutine that computes on.
int leave_a_hog() {
  return weft::run([] {
    static volatile bool begun = false;
    weft::go([] {
      const weft::pin here;
      begun = true;
      for (;;) weft::yield();
    });
    while (!begun) weft::yield();
    return 5;
  });
}

}  // namespace

int main() {
  scene("other hands").play(destroy_in_other_hands);
  scene("deadlock").play(wait_for_ever);
  scene("hog").play(leave_a_hog);
}
