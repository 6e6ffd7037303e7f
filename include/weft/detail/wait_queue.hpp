// SPDX-License-Identifier: Apache-2.0
// floor 4
//
// The waiting room of a lock-like object: a word_lock and a first-in first-out list of those who wait, 24 bytes.
// mutex, wait_group, once and task differ only in when somebody waits and who is let go.
//
// Use: lock(); decide whether to wait; then park_at_back() or park_at_front(), which frees the lock after the switch.
// The other side: lock(); change what the decision is made from; then take_one() and unlock(), or release_all().
// A waiter that is taken belongs to the taker: its node's `ok` is a message to it; let_go() is the last touch.
//
// A bounded waiter may have given up while its node is still linked: such a node is stale, take_one() passes over it,
// and a queue of nothing but stale nodes is not empty() although take_one() finds nobody.
#pragma once

#include "weft/detail/bounded.hpp"
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

  /// The same, but not longer than the limit allows; `message` is set when completed. Otherwise it returns with the
  /// lock held and the node out of the queue, so that the caller can put its own state right before unlock().
  [[nodiscard]] wait_end park_at_back(wait_reason reason, const void* object, const wait_limit& limit, bool& message);
  [[nodiscard]] wait_end park_at_front(wait_reason reason, const void* object, const wait_limit& limit, bool& message);

  /// Lock held. The one who waits longest, or null.
  [[nodiscard]] wait_node* take_one() noexcept;

  /// No lock held.
  static void let_go(wait_node& taken, bool message) noexcept;

  /// Lock held; frees it. Lets all go. Nothing of this object is touched after the lock is free.
  void release_all(bool message) noexcept;

 private:
  [[nodiscard]] wait_end park_bounded(wait_node& node, wait_reason reason, const void* object, const wait_limit& limit,
                                      bool& message);

  word_lock lock_;
  wait_list list_;  // under lock_
};

}  // namespace weft::detail
