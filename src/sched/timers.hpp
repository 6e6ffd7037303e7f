// SPDX-License-Identifier: Apache-2.0
//
// A token's deadlines: a queue (base/deadline_queue.hpp) under a word lock.
//
// A goroutine arms its deadline at the token it runs on and disarms it wherever it wakes, so the heap has a lock of
// its own. `earliest()` tells others, without the lock, when to look.
//
// Invariants
//   1. entry.heap is this heap exactly while the entry is in it; written under the lock, under both if it moves.
//   2. A claim entry is decided under the lock: when disarm() has had the lock, nobody touches the entry any more.
//
// Memory ordering: earliest_ is seq_cst, as is the keeper's announcement of when it will wake (keeper.cpp): whoever
// arms stores the one and reads the other, the keeper the other way round, so one of them sees the other.
#pragma once

#include "base/deadline_queue.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/park.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {

class timer_heap {
 public:
  /// True if the entry is now the first to come due.
  bool arm(timer_entry& entry);

  /// True if it was in a heap, this one or another.
  static bool disarm(timer_entry& entry) noexcept;

  [[nodiscard]] nanoseconds earliest() const noexcept { return earliest_.load(memory_order_seq_cst); }

  /// At the end of a run. The entries that claim for goroutines belong to parties that are gone, and are forgotten;
  /// what is left stays, or goes to `heir`.
  void forget_goroutines();
  void bequeath(timer_heap& heir);

  /// As of deadline_queue; when nobody else runs.
  template <class Visit>
  void visit_room(Visit visit, void* arg) const {
    entries_.visit_room(visit, arg);
  }

  /// Takes out the first entry that is due by `time`; runs or claims it. False: none is due. The waiter to make ready,
  /// if any, is left in `won`, and by how much it is late in `*late`.
  bool fire_one(nanoseconds time, waiter*& won, nanoseconds* late = nullptr);

 private:
  void publish_earliest() noexcept;
  void move_survivors(deadline_queue<timer_entry>& to, timer_heap& owner);

  word_lock lock_;
  deadline_queue<timer_entry> entries_;  // under lock_
  atomic<nanoseconds> earliest_{never};  // written under lock_, read by anybody
};

}  // namespace weft::detail
