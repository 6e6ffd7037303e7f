// SPDX-License-Identifier: Apache-2.0
// guarantee: D8.1 D8.2 D8.3 D8.4
// sentence: two locks that are taken in both orders are reported, though nothing is stuck, if the user asks
// engines: both
// seconds: 60
// expect-stdout: ^\[inversion\] err: weft: lock order: mutex 0x[0-9a-f]+ and mutex 0x[0-9a-f]+ are taken in both orders, by goroutine [0-9]+ and by goroutine [0-9]+$
// expect-stdout: ^\[inversion\] err: goroutine [0-9]+ took mutex 0x[0-9a-f]+ while it held mutex 0x[0-9a-f]+:$
// expect-stdout: ^\[inversion\] err: .*one_way
// expect-stdout: ^\[inversion\] err: .*other_way
// expect-stdout: ^\[inversion\] exit 0$
// expect-stdout: ^\[three locks\] err: weft: lock order: .*, over 3 locks$
// expect-stdout: ^\[three locks\] exit 0$
// expect-stdout: ^\[long chain\] err: weft: lock order: .*, over 5000 locks$
// expect-stdout: ^\[long chain\] exit 0$
// expect-stdout: ^\[gate only once\] err: weft: lock order:
// expect-stdout: ^\[gate only once\] exit 0$
// expect-stdout-not: ^\[(not asked|one order|gate|try|made anew|used again|destroyed while held|freed by another)\] err
// expect-stdout: ^\[not asked\] exit 0$
// expect-stdout: ^\[one order\] exit 0$
// expect-stdout: ^\[gate\] exit 0$
// expect-stdout: ^\[try\] exit 0$
// expect-stdout: ^\[made anew\] exit 0$
// expect-stdout: ^\[used again\] exit 0$
// expect-stdout: ^\[destroyed while held\] exit 0$
// expect-stdout: ^\[freed by another\] exit 0$
#include <cstddef>
#include <cstdio>
#include <memory>
#include <mutex>
#include <new>
#include <optional>

#include "scene.hpp"
#include "weft/weft.hpp"

namespace {

[[gnu::noinline]] void one_way(weft::mutex& a, weft::mutex& b) {
  const std::scoped_lock first(a);
  const std::scoped_lock second(b);
}

[[gnu::noinline]] void other_way(weft::mutex& a, weft::mutex& b) {
  const std::scoped_lock first(b);
  const std::scoped_lock second(a);
}

void inversion() {
  weft::mutex a, b;
  for (int i = 0; i < 3; ++i) {
    weft::spawn([&] { one_way(a, b); }).join();
    weft::spawn([&] { other_way(a, b); }).join();
  }
}

void three_locks() {
  weft::mutex a, b, c;
  one_way(a, b);
  one_way(b, c);
  one_way(c, a);
}

void one_order() {
  weft::mutex a, b;
  for (int i = 0; i < 3; ++i) weft::spawn([&] { one_way(a, b); }).join();
}

/// Whoever takes both holds a third lock all the time.
void gate() {
  weft::mutex a, b, both;
  for (int i = 0; i < 2; ++i) {
    const std::scoped_lock hold(both);
    one_way(a, b);
    other_way(a, b);
  }
}

/// Kept apart at first, and then not any more.
void gate_only_once() {
  weft::mutex a, b, both;
  {
    const std::scoped_lock hold(both);
    one_way(a, b);
    other_way(a, b);
  }
  for (int i = 0; i < 3; ++i) one_way(a, b);
}

/// Who only tries waits for nobody.
void tries() {
  weft::mutex a, b;
  one_way(a, b);
  const std::scoped_lock first(b);
  if (a.try_lock()) a.unlock();
  if (a.try_lock_for(std::chrono::seconds(1))) a.unlock();
}

/// Other locks at the same addresses.
void made_anew() {
  std::optional<weft::mutex> a, b;
  a.emplace(), b.emplace();
  one_way(*a, *b);
  a.emplace(), b.emplace();
  other_way(*a, *b);
}

/// The same where nobody has destroyed those that were there, as when a run leaves goroutines behind.
void used_again() {
  alignas(weft::mutex) static std::byte places[2][sizeof(weft::mutex)];
  for (const bool turned : {false, true}) {
    auto* const a = new (places[0]) weft::mutex;
    auto* const b = new (places[1]) weft::mutex;
    turned ? other_way(*a, *b) : one_way(*a, *b);
  }
}

void long_chain() {
  constexpr std::size_t n = 5000;
  const auto locks = std::make_unique<weft::mutex[]>(n);
  for (std::size_t i = 0; i < n; ++i) one_way(locks[i], locks[(i + 1) % n]);
}

/// The next lock at the address of one that nobody has unlocked.
void destroyed_while_held() {
  std::optional<weft::mutex> a;
  weft::mutex b;
  a.emplace().lock();
  a.emplace();
  b.lock();
  b.unlock();
  other_way(*a, b);
}

/// What another has unlocked is not held any more.
void freed_by_another() {
  weft::mutex a, b;
  a.lock();
  weft::spawn([&] { a.unlock(); }).join();
  b.lock();
  b.unlock();
  other_way(a, b);
}

}  // namespace

int main() {
  const auto play = [](const char* name, void (*body)()) {
    scene(name).play([=] { return weft::run(body); }, "WEFT_DIAG", "lockorder");
  };
  play("inversion", inversion);
  play("three locks", three_locks);
  play("one order", one_order);
  play("gate", gate);
  play("gate only once", gate_only_once);
  play("try", tries);
  play("used again", used_again);
  play("made anew", made_anew);
  play("long chain", long_chain);
  play("destroyed while held", destroyed_while_held);
  play("freed by another", freed_by_another);
  scene("not asked").play([] { return weft::run(inversion); });
}
