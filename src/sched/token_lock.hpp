// SPDX-License-Identifier: Apache-2.0
//
// The lock of a worker's token: free for the worker that holds the token, expensive for everybody else.
//
// A token (its run queue, its caches) is used by one worker at nearly every goroutine switch and by somebody else
// rarely: a thief that found nothing to do, or the watchdog that takes the token away from a goroutine that does not
// give it back. So the lock is biased: the owner enters with a plain store and a load, the others pay a membarrier
// (asymmetric Dekker; Dice, Huang and Yang 2001, "Asymmetric Dekker synchronization"). The owner holds the lock only
// while it is inside the runtime, never while user code runs, so a goroutine that computes for an hour, or sits in a
// blocking system call, holds nothing: that is what lets the watchdog retake the token without touching the goroutine.
//
//   owner                              other (one at a time: the claim of `contested`)
//   in_ = 1                            state_: held -> contested
//   light_fence                        wait a little for `granted`
//   state_ == held ? inside            heavy_fence
//     else in_ = 0, grant, wait        in_ == 0 ? inside : give up
//
// States of `state_`, and who moves them
//   held       the owner may enter
//   contested  held -> contested       by the other, compare-exchange: at most one other
//   granted    contested -> granted    by the owner, when it meets `contested` on entry: it waits outside
//   held       contested|granted -> held  by the other, giving back
//   lost       contested|granted -> lost  by the other: the token has a new worker; this one must not touch it again
//   held       lost -> held            by whoever gives this worker a token, before it wakes it
//
// Invariants
//   1. Never both inside: before the other looks at in_ it has stored `contested` and made every thread pass a full
//      barrier. If the owner passed it before its load of state_, it sees `contested` and stays out; if after, the
//      store of in_ is visible and the other stays out. test/model/token_lock_model.cpp enumerates this.
//   2. The owner never waits for long: the other is inside for some hundred instructions and calls nothing.
//   3. An owner that stays inside (a worker that looks for work) is never disturbed: the other gives up.
//
// Memory ordering: in_ is stored relaxed on entry (ordered before the load of state_ by the fence pair) and released
// on leaving; the other's load of in_ acquires, so it sees what the owner did inside. state_ is acquired on entry and
// released or exchanged acq_rel by the other, so the owner sees what the other did. The owner's entry costs 1 ns; with
// a compare-exchange it would cost 10.
//
// Rejected: Go's lock-free ring with a compare-exchange at the owner's end (10 ns, more than the whole yield bar);
// private deques whose owner answers requests (a goroutine that computes would never answer).
#pragma once

#include <cstdint>

#include "os/membarrier.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {

class token_lock {
 public:
  // ---- the owner ----

  /// True: inside, and the token is this worker's. False: the token is lost. Not recursive. A worker that does not
  /// record knows that fences are light (event_lane::gate), and may take sure_light_fence.
  template <void (*fence)() = light_fence>
  [[nodiscard]] bool enter() noexcept {
    return __builtin_expect(knock<fence>(), 1) ? true : enter_slow();
  }

  /// The same for hot paths, which leave everything unusual to others. False: outside, enter() tells why.
  template <void (*fence)() = light_fence>
  [[nodiscard]] bool enter_at_once() noexcept {
    if (__builtin_expect(knock<fence>(), 1)) return true;
    leave();
    return false;
  }

  void leave() noexcept { in_.store(0, memory_order_release); }  // pairs with the load of in_ in inspect()

  /// Whether the calling worker is inside.
  [[nodiscard]] bool is_inside() const noexcept { return in_.load(memory_order_relaxed) != 0; }  // its own store

  /// Somebody waits to get in. A worker that stays inside for long may leave and enter.
  [[nodiscard]] bool wanted() const noexcept { return state_.load(memory_order_relaxed) == contested; }

  // ---- the others ----

  /// Claims the right to inspect. At most one caller has it.
  [[nodiscard]] bool contest() noexcept {
    std::uint32_t expected = held;
    return state_.compare_exchange_strong(expected, contested, memory_order_acq_rel, memory_order_relaxed);
  }

  /// After contest(): true if the owner is outside and stays there until give_back() or take(). False: it is inside;
  /// the claim is over. `patience` is how many pauses to wait for the owner to come by and grant, sparing the barrier.
  [[nodiscard]] bool inspect(unsigned patience) noexcept {
    for (unsigned i = 0; i < patience; ++i) {
      if (state_.load(memory_order_acquire) == granted) return true;  // pairs with the exchange in enter_slow()
      spin_pause();
    }
    heavy_fence();
    if (in_.load(memory_order_acquire) == 0) return true;  // pairs with leave()
    std::uint32_t expected = contested;
    return !state_.compare_exchange_strong(expected, held, memory_order_acq_rel, memory_order_acquire);
  }

  void give_back() noexcept { state_.store(held, memory_order_release); }  // pairs with the load in enter()
  void take() noexcept { state_.store(lost, memory_order_release); }       // pairs with the load in enter_slow()

  /// The worker, which is not in enter(), is being given a token (or has taken one itself). A contest that is on goes
  /// on: it will find the new token, and the worker waits outside for its end.
  void reset_if_lost() noexcept {
    if (is_lost()) state_.store(held, memory_order_release);  // pairs with the load in enter()
  }

  [[nodiscard]] bool is_lost() const noexcept { return state_.load(memory_order_acquire) == lost; }

 private:
  static constexpr std::uint32_t held = 0;
  static constexpr std::uint32_t contested = 1;
  static constexpr std::uint32_t granted = 2;
  static constexpr std::uint32_t lost = 3;

  template <void (*fence)()>
  [[nodiscard]] bool knock() noexcept {
    in_.store(1, memory_order_relaxed);  // ordered by the fences; pairs with the load of in_ in inspect()
    fence();
    return state_.load(memory_order_acquire) == held;  // pairs with give_back()
  }

  [[gnu::noinline]] bool enter_slow() noexcept {
    for (unsigned round = 0;;) {
      in_.store(0, memory_order_release);  // pairs with the load of in_ in inspect()
      std::uint32_t seen = state_.load(memory_order_acquire);
      if (seen == lost) return false;
      if (seen == contested) {
        state_.compare_exchange_strong(seen, granted, memory_order_acq_rel, memory_order_acquire);
        continue;
      }
      if (seen == granted) {  // the other may have been preempted: do not burn its processor
        relax(round++);
        continue;
      }
      in_.store(1, memory_order_relaxed);
      light_fence();
      if (state_.load(memory_order_acquire) == held) return true;
    }
  }

  atomic<std::uint32_t> in_{0};        // written by the owner only
  atomic<std::uint32_t> state_{held};  // see the table above
};

}  // namespace weft::detail
