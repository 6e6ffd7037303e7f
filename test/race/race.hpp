// SPDX-License-Identifier: Apache-2.0
//
// Programs in pairs: the one has a data race, the other does the same with the two accesses on the right sides of an
// operation of weft that orders them. ThreadSanitizer must report every program of the first kind and none of the
// second, with one worker as with four.
//
// A pair is one function over a `scene`, the variable that it is about. Written with the two helpers of the scene
//
//     {"a send comes before the end of its receive",
//      [](scene& s) {
//        chan<unit> c;
//        go([&s, c] {
//          s.before();     // touches the variable if the program is the ordered one
//          c.send({});
//          s.after();      // touches it if it is the racy one, and says that it has ended
//        });
//        c.recv();
//        s.touch();
//        s.await();        // for the end of that goroutine
//      }}
//
// it cannot be that the racy one is reported only by luck: ThreadSanitizer compares the order that the program has
// made, not the times. What await() waits for is told by relaxed atomics, which order nothing. But the scheduler's own
// locks may happen to order the two (RC1), so the racy program has some attempts; with one worker the first is nearly
// always enough.
#pragma once

#include <atomic>
#include <span>

namespace weft::race {

class scene {
 public:
  explicit scene(bool ordered) noexcept : ordered_(ordered) {}

  /// Whether this is the program without a race.
  [[nodiscard]] bool ordered() const noexcept { return ordered_; }

  /// An access to the variable: it is written.
  [[gnu::noinline]] void touch() noexcept { ++value_; }

  void before() noexcept {
    if (ordered_) touch();
  }
  void after() noexcept {
    if (!ordered_) touch();
    end();
  }

  /// A party has ended, or has come to a place that another waits for. Unseen by ThreadSanitizer.
  void end() noexcept { ended_.fetch_add(1, std::memory_order_relaxed); }

  /// Waits until end() has been called so often. Unseen by ThreadSanitizer. On goroutines and on threads.
  void await(int parties = 1) const noexcept;

  [[nodiscard]] bool holds(const void* address) const noexcept { return address == &value_; }

 private:
  const bool ordered_;
  int value_ = 0;
  std::atomic<int> ended_{0};
};

struct pair {
  const char* sentence;
  void (*program)(scene& s);
};

/// Runs both programs of each pair, as main of a run with 1 and with 4 workers.
void expect_told_apart(std::span<const pair> pairs);

}  // namespace weft::race
