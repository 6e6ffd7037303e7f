// SPDX-License-Identifier: Apache-2.0
// floor 4
//
// The waiting room of a lock-like object: a word_lock and a first-in first-out list of those who wait, 24 bytes.
// The objects of sync differ only in when somebody waits and who is let go.
//
// Use: lock(); decide whether to wait; then park(), which frees the lock after the switch. The other side: lock();
// change what the decision is made from; then take_one() and unlock(), or release_all(). A waiter that is taken belongs
// to the taker: its node's `ok` is a message to it; let_go() is the last touch. `slot` points to what the taker must
// know of a waiter before it takes it, such as how many units it wants; it lives on the waiter's stack.
//
// A bounded waiter may have given up while its node is still linked: such a node is stale, take_one() passes over it,
// and a queue of nothing but stale nodes is not empty() although take_one() finds nobody. The party of a stale node is
// on its way to the lock, to unlink it and to put right what depends on who waits.
#pragma once

#include "weft/detail/bounded.hpp"
#include "weft/detail/park.hpp"
#include "weft/detail/wait_edge.hpp"
#include "weft/detail/waiter.hpp"
#include "weft/detail/word_lock.hpp"
#include "weft/result.hpp"

namespace weft::detail {

enum class queue_end : bool { back, front };

class wait_queue {
 public:
  void lock() noexcept { lock_.lock(); }
  void unlock() noexcept { lock_.unlock(); }

  /// Whether somebody holds the lock. If not, those who held it touch this object no more.
  [[nodiscard]] bool busy() const noexcept { return lock_.held(); }

  /// Lock held.
  [[nodiscard]] bool empty() const noexcept { return list_.empty(); }

  /// Lock held. Those who wait, for objects that let go in another order than take_one().
  [[nodiscard]] wait_list& list() noexcept { return list_; }

  /// Lock held; frees it. Blocks until let go, and returns the message. `object` is what reports name.
  bool park_at_back(wait_reason reason, const void* object);

  /// The same, but not longer than the limit allows; `message` is set when completed. Otherwise it returns with the
  /// lock held and the node out of the queue, so that the caller can put its own state right before unlock().
  [[nodiscard]] wait_end park_at_back(wait_reason reason, const void* object, const wait_limit& limit, bool& message);

  /// Both in one: a null limit means for ever. At either end, with a slot, and with the edge, if there is one, that is
  /// over when the waiter is taken.
  [[nodiscard]] wait_end park(queue_end where, wait_reason reason, const void* object, const wait_limit* limit,
                              bool& message, void* slot, wait_edge* edge = nullptr);

  /// Lock held. The one who waits longest, or null.
  [[nodiscard]] wait_node* take_one() noexcept;

  /// Lock held. Unlinks this node and puts it at the end of `taken` if it is not stale; else returns false.
  static bool take(wait_node& node, wait_list& taken) noexcept;

  /// No lock held.
  static void let_go(wait_node& taken, bool message) noexcept;
  static void let_go_all(wait_list& taken, bool message) noexcept;

  /// Lock held; frees it. Lets all go. Nothing of this object is touched after the lock is free.
  void release_all(bool message) noexcept;

  /// For the destructors of objects for which nobody may wait: panics with the message if somebody does. Goroutines
  /// that a run has left behind do not count, and nobody does when the process is ending (destruction.cpp). Those who
  /// have given up are waited for: when it returns they touch this object no more.
  void forbid_waiters(const char* message) noexcept;

 private:
  wait_list list_;  // under lock_
  word_lock lock_;  // last, so that who contains a queue may go on in its padding
};

/// What a bounded operation without a value reports.
[[nodiscard]] inline result<void> result_of(wait_end end, const wait_limit& limit) {
  if (end == wait_end::completed) return {};
  return error_of(end, limit);
}

}  // namespace weft::detail
