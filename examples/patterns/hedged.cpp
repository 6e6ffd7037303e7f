// SPDX-License-Identifier: Apache-2.0
//
// Hedged requests (Dean and Barroso: The Tail at Scale, 2013). The question goes to one replica; if it has not answered
// after a while, to the next one, too. The first answer is taken and the others are cancelled: so a slow replica costs
// little more than the wait, and no replica works for nothing.
//
// sentence: of hedged requests the first answer is taken and the others are cancelled
// engines: both
// expect-exit: 0
// expect-output-exact:
//   replica 3 answered
//   asked 3 of 5, cancelled 2
#include <weft/weft.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <optional>

using namespace std::chrono_literals;

struct replica {
  int number;
  weft::clock::duration takes;
};

/// False: cancelled before it had the answer.
bool ask(const weft::context& ctx, const replica& who, weft::sender<int> answer) {
  return weft::sleep_for(ctx, who.takes) && answer.send(ctx, who.number);
}

struct outcome {
  int answered_by = 0, asked = 0, cancelled = 0;
};

template <std::size_t N>
outcome hedge(const weft::context& ctx, const replica (&replicas)[N], weft::clock::duration patience) {
  outcome result;
  const weft::chan<int> answer;
  std::atomic<int> cancelled{0};
  {
    const auto enough = weft::with_cancel(ctx);
    weft::group asking(enough);
    for (const replica& next : replicas) {
      asking.go([&] { cancelled += ask(enough, next, answer) ? 0 : 1; });
      ++result.asked;
      if (auto first = answer.recv_for(patience)) {
        result.answered_by = **first;
        break;
      }
    }
    if (result.answered_by == 0) result.answered_by = answer.recv().value();
    enough.cancel();
  }  // all have stopped
  result.cancelled = cancelled;
  return result;
}

int main() {
  return weft::run([] {
    const replica replicas[] = {{1, 1h}, {2, 1h}, {3, 1ms}, {4, 1ms}, {5, 1ms}};
    const outcome result = hedge(weft::background(), replicas, 500ms);
    std::printf("replica %d answered\n", result.answered_by);
    std::printf("asked %d of 5, cancelled %d\n", result.asked, result.cancelled);
  });
}
