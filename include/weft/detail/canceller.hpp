// SPDX-License-Identifier: Apache-2.0
// floor 2
//
// What can call off a wait before it is complete: the part of a context that the floors below it know.
//
// A canceller is open until cancel() closes it with a reason, once and for ever. A bounded wait (bounded.hpp) leaves
// a cancel_hook with it. cancel() claims every waiter whose hook it finds, exactly as a deadline would: who was
// completed by somebody else in the meantime is left alone.
//
// Invariants
//   1. reason_ changes once, from 0, under the lock; a hook is linked only while it is 0.
//   2. A hook lives on the stack of its waiter. Linked, it is the lock's. Taken by cancel() together with the waiter's
//      claim it is cancel()'s until ready(). Otherwise, after remove(), nobody refers to it.
//
// Memory ordering. cancel() stores reason_ with release, under the lock; whoever reads it without the lock acquires, so
// that what the canceller's caller did before is seen by those who find themselves cancelled.
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
  [[nodiscard]] bool cancelled() const noexcept { return reason_.load(memory_order_acquire) != 0; }

  /// Why; only after cancelled() was true.
  [[nodiscard]] errc reason() const noexcept { return static_cast<errc>(reason_.load(memory_order_acquire)); }

  /// Links the hook. False: closed already, and the hook is not linked.
  [[nodiscard]] bool add(cancel_hook& hook) noexcept;

  /// Takes the hook out if it is in.
  void remove(cancel_hook& hook) noexcept;

  /// Closes it and wakes those who wait. False: it was closed already. No lock may be held.
  bool cancel(errc reason) noexcept;

 private:
  word_lock lock_;
  atomic<int> reason_{0};              // 0 or an errc; written once, under lock_
  intrusive_list<cancel_hook> hooks_;  // under lock_
};

}  // namespace weft::detail
