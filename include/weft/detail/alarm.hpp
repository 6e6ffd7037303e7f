// SPDX-License-Identifier: Apache-2.0
// floor 4
//
// A deadline that anybody may change at any time: what lies between timer_entry, which has one owner who arms it and
// disarms it, and timers, which many goroutines stop and reset while they fire.
//
// An owner (a timed channel, a delayed call) has a lock, a reference count, and a wish: wanted(), the moment at which
// it wants to be looked at, or never. Whoever has changed something under the lock leaves by follow_and_unlock(), which
// makes the timer heap follow the wish. arm() and disarm() must not be called under the lock, so:
//
// Invariants
//   1. Whoever finds heap and wish apart, with nobody moving the entry, becomes the mover: it alone touches the entry,
//      outside of the lock, and looks again until both agree. Others who change the wish meanwhile just leave.
//   2. The heap holds a reference to the owner while the entry is in it. Who takes the entry out has that reference:
//      the mover if disarm() says so, else the call of the entry's `run`.
//   3. A call of `run` says only that something may have come due. It may come late, when the wish has changed and the
//      entry is armed anew: it reads nothing of the entry but `arg`, and the owner decides, under its lock, by the
//      clock. So nothing depends on which of disarm() and `run` was first.
//
// There is no other state, and therefore no way for a stale timer to do anything.
//
// Rejected: arming under the owner's lock. A heap's lock, the keeper's nudge (a system call) and the start of the
// runtime would all happen under a word_lock, whose waiters spin.
#pragma once

#include "weft/detail/park.hpp"

namespace weft::detail {

class alarm {
 public:
  /// `run` gets `owner` as the entry's arg, and one reference to it.
  alarm(void (*run)(timer_entry& due) noexcept, void* owner) noexcept {
    entry_.run = run;
    entry_.arg = owner;
  }
  alarm(const alarm&) = delete;
  alarm& operator=(const alarm&) = delete;

  /// Owner's lock held: the first thing that a call of `run` does.
  void went_off() noexcept { armed_for_ = unknown; }

  /// Owner's lock held; frees it. No other lock may be held. The owner may be gone afterwards, unless the caller has a
  /// reference.
  template <class Owner>
  void follow_and_unlock(Owner& owner) noexcept {
    nanoseconds wanted = owner.wanted();
    if (moving_ || wanted == armed_for_) {
      owner.unlock();
      return;
    }
    moving_ = true;
    owner.retain();
    do {
      const bool perhaps_armed = armed_for_ != never;
      armed_for_ = wanted;
      owner.unlock();
      if (perhaps_armed && disarm(entry_)) owner.release();  // the heap's reference: not the last
      if (wanted != never) {
        owner.retain();
        entry_.when = wanted;
        arm(entry_);
      }
      owner.lock();
      wanted = owner.wanted();
    } while (wanted != armed_for_);
    moving_ = false;
    owner.unlock();
    owner.release();
  }

 private:
  static constexpr nanoseconds unknown = -1;

  timer_entry entry_;              // the mover's
  nanoseconds armed_for_ = never;  // under the owner's lock: where the mover has put the entry, or is putting it
  bool moving_ = false;            // under the owner's lock
};

}  // namespace weft::detail
