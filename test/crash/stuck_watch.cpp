// SPDX-License-Identifier: Apache-2.0
// guarantee: D11.1 D11.2 D11.3
// sentence: who is stuck is reported once, and who comes later, too; or ends the program if that was asked for
// engines: sched
// seconds: 120
// not-under: address, thread (a sanitizer's own memory is too large to be looked at)
// expect-stdout-not: did not end
// expect-stdout: ^\[function\] out: each was told of once$
// expect-stdout: ^\[function\] exit 0$
// expect-stdout: ^\[abort\] err: fatal error: stuck: [0-9]+ goroutines? waits? for what nobody else has any more$
// expect-stdout: ^\[abort\] err: goroutine [0-9]+ \[chan send, 0x[0-9a-f]+, [0-9]+ ms\] \{lost\}:$
// expect-stdout: ^\[abort\] exit 2$
// expect-stdout: ^\[all\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[all\] exit 2$
// expect-stdout: ^\[off\] out: nothing was said$
// expect-stdout: ^\[off\] exit 0$
#include <chrono>
#include <cstdio>
#include <cstring>

#include "scene.hpp"
#include "weft/weft.hpp"

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds often = 10ms;
weft::chan<std::size_t> told(100);  // how many each report was about

void tell(const std::vector<weft::leak>& found) {
  std::size_t n = 0;
  for (const weft::leak& each : found) n += each.label == "lost" ? each.count : 0;
  told.send(n);
}

[[gnu::noinline]] void lose(int n) {
  for (int i = 0; i < n; ++i) {
    const weft::chan<int> answer;
    weft::go({.label = "lost"}, [=] { answer.send(42); });
  }
}

[[gnu::noinline]] void scrub() {
  volatile char frames[8192];  // writes over those of lose()
  std::memset(const_cast<char*>(frames), 0, sizeof frames);
}

void function() {
  weft::look_for_stuck({.every = often, .report = tell});
  constexpr int rounds = 3;
  constexpr std::size_t each = 8;
  std::size_t all = 0;
  for (int i = 0; i < rounds; ++i) {
    lose(each);
    scrub();
    // Some may be hidden, for now or for ever, by words that happen to lie somewhere.
    for (std::size_t now = 0; now < each / 2;) {
      const auto n = told.recv_for(8s);
      if (!n.has_value() || !n->has_value()) return;
      now += **n;
      all += **n;
    }
  }
  if (all <= rounds * each) std::puts("each was told of once");
}

void abort_then() {
  weft::look_for_stuck({.every = often, .policy = weft::deadlock_policy::abort});
  lose(4);
  scrub();
  weft::sleep_for(9s);
}

void all_of_them() {
  weft::look_for_stuck({.every = often, .policy = weft::deadlock_policy::log});
  weft::chan<int> nobody;
  weft::sleep_for(50ms);
  nobody.recv();
}

void off() {
  weft::look_for_stuck({.every = often, .report = tell});
  weft::look_for_stuck({.every = 0ms});
  lose(4);
  scrub();
  weft::sleep_for(100ms);
  if (told.len() == 0) std::puts("nothing was said");
}

}  // namespace

int main() {
  const auto play = [](const char* name, void (*body)()) { scene(name).play([=] { return weft::run(body); }); };
  play("function", function);
  play("abort", abort_then);
  play("all", all_of_them);
  play("off", off);
}
