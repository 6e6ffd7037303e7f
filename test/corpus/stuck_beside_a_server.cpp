// SPDX-License-Identifier: Apache-2.0
//
// Class: missing receiver. Reported: while the program goes on, by WEFT_DIAG=stuck (D11).
//
// blocking: yes
// sentence: corpus: a program that goes on for long is told of whom it has left
// guarantee: D11.1
// engines: sched
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=stuck,stuckevery=20,sites,locks,lockorder
// expect-stdout: ^main goes on$
// expect-stderr: ^weft: stuck: [1-9] goroutines? waits? for what nobody else has any more$
// expect-stderr: ^goroutine [0-9]+ \[chan send, 0x[0-9a-f]+, [0-9]+ ms\] \{answer\}:$
// expect-stderr: ^  waits for chan 0x[0-9a-f]+, made at .*stuck_beside_a_server\.cpp:[0-9]+$
// expect-stderr: ^  holds mutex 0x[0-9a-f]+, made at .*stuck_beside_a_server\.cpp:[0-9]+$
// expect-stderr-not: deadlock
#include <chrono>
#include <mutex>

#include "search.hpp"

using namespace std::chrono_literals;

namespace {

[[gnu::noinline]] void ask() {
  const weft::chan<int> answer;
  weft::go({.label = "answer"}, [=] {
    weft::mutex log;
    const std::scoped_lock hold(log);
    answer.send(42);
  });
}

}  // namespace

int main() {
  return weft::run([] {
    for (int i = 0; i < 5; ++i) {  // a word that happens to lie somewhere can hide one
      ask();
      weft::sleep_for(200ms);  // a server that has nothing to do
    }
    std::puts("main goes on");
  });
}
