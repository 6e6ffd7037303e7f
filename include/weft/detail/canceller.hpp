// SPDX-License-Identifier: Apache-2.0
// floor 2
//
// What can call off a wait before it is complete: the part of a context that the floors below it know.
//
// A canceller is open until cancel() closes it with a reason, once and for ever. A bounded wait (bounded.hpp) leaves
// a cancel_hook with it. cancel() claims every waiter whose hook it finds, exactly as a deadline would: who was
// completed by somebody else in the meantime is left alone.
//
// Two steps. A context has something else that shows its end: the channel done(). Nobody may see the one without the
// other (X8), so it announces the end, closes the channel, and cancels; who looks in between waits until that is over,
// which is a matter of instructions.
//
// Invariants
//   1. reason_ goes from open to announced (or not) to a reason, which it takes under the lock; a hook is linked only
//      before that.
//   2. A hook lives on the stack of its waiter. Linked, it is the lock's. Taken by cancel() together with the waiter's
//      claim it is cancel()'s until ready(). Otherwise, after remove(), nobody refers to it.
//
// Memory ordering. Stores of reason_ release; whoever reads it without the lock acquires, so that what the canceller's
// caller did before is seen by those who find themselves cancelled.
#pragma once

#include <cstdint>

#include "weft/detail/atomic.hpp"
#include "weft/detail/intrusive_list.hpp"
#include "weft/detail/waiter.hpp"
#include "weft/detail/word_lock.hpp"
#include "weft/error.hpp"

namespace weft::detail {

/// A bounded wait's entry in a canceller.
struct cancel_hook : list_hook {
  waiter* who = nullptr;  // contended; set before add()
  bool fired = false;     // written by who has claimed the waiter in the canceller's name
};

class canceller {
 public:
  canceller() noexcept = default;
  canceller(const canceller&) = delete;
  canceller& operator=(const canceller&) = delete;

  /// Whether it is closed.
  [[nodiscard]] bool cancelled() const noexcept { return settled() != open; }

  /// Why; only after cancelled() was true.
  [[nodiscard]] errc reason() const noexcept { return static_cast<errc>(settled()); }

  /// From here on nobody finds it open, and cancel() follows soon. Not again, and not after cancel().
  void announce() noexcept { reason_.store(announced, memory_order_release); }

  /// Links the hook. False: closed already, and the hook is not linked.
  [[nodiscard]] bool add(cancel_hook& hook) noexcept;

  /// Takes the hook out if it is in.
  void remove(cancel_hook& hook) noexcept;

  /// Closes it and wakes those who wait. False: it was closed already. No lock may be held.
  bool cancel(errc reason) noexcept;

 private:
  static constexpr int open = 0;
  static constexpr int announced = -1;

  [[nodiscard]] int settled() const noexcept {
    int seen = reason_.load(memory_order_acquire);
    for (unsigned round = 0; seen == announced; seen = reason_.load(memory_order_acquire)) relax(round++);
    return seen;
  }

  word_lock lock_;
  atomic<int> reason_{open};           // open, announced or an errc
  intrusive_list<cancel_hook> hooks_;  // under lock_
};

}  // namespace weft::detail
