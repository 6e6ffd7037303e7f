// SPDX-License-Identifier: Apache-2.0
// floor 4
//
// The waiting room of a lock-like object: a word_lock and a first-in first-out list of those who wait, 24 bytes.
// mutex, wait_group, once and task differ only in when somebody waits and who is let go.
//
// Use: lock(); decide whether to wait; then park_at_back() or park_at_front(), which frees the lock after the switch.
// The other side: lock(); change what the decision is made from; then take_one() and unlock(), or release_all().
// A waiter that is taken belongs to the taker: its node's `ok` is a message to it; let_go() is the last touch.
#pragma once

#include "weft/detail/park.hpp"
#include "weft/detail/waiter.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {

class wait_queue {
 public:
  void lock() noexcept { lock_.lock(); }
  void unlock() noexcept { lock_.unlock(); }

  /// Whether somebody holds the lock. If not, those who held it touch this object no more.
  [[nodiscard]] bool busy() const noexcept { return lock_.held(); }

  /// Lock held.
  [[nodiscard]] bool empty() const noexcept { return list_.empty(); }

  /// Lock held; frees it. Blocks until let go, and returns the message. `object` is what reports name.
  bool park_at_back(wait_reason reason, const void* object);
  bool park_at_front(wait_reason reason, const void* object);

  /// Lock held. The one who waits longest, or null.
  [[nodiscard]] wait_node* take_one() noexcept;

  /// No lock held.
  static void let_go(wait_node& taken, bool message) noexcept;

  /// Lock held; frees it. Lets all go. Nothing of this object is touched after the lock is free.
  void release_all(bool message) noexcept;

 private:
  word_lock lock_;
  wait_list list_;  // under lock_
};

}  // namespace weft::detail
