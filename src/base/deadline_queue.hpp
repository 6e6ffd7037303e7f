// SPDX-License-Identifier: Apache-2.0
//
// The deadlines of one worker, or of the simulation: who is due first, and out of the middle whoever no longer waits.
// Those that come in the order in which they are due stand in a sorted run, where each step is O(1); all others in a
// heap, O(log n). The first is the earlier of the two first ones.
//
// One entry that is due in an hour would close the run to all that are due before. So if it stands there alone, it
// moves to the heap, and the run begins anew.
//
// T has `when` (an integer, compared; it must not change while the entry is in the queue) and `position`
// (std::uint32_t, written by the queue).
//
// Invariant: an entry is in the run or in the heap, and its position tells in which (sorted_run::holds).
// Whoever owns the queue guards it, by one lock.
//
// Entries with equal `when` that came one after the other leave in this order; others in no particular one.
#pragma once

#include <cstddef>

#include "base/deadline_heap.hpp"
#include "base/sorted_run.hpp"

namespace weft::detail {

template <class T>
class deadline_queue {
 public:
  [[nodiscard]] bool empty() const noexcept { return run_.empty() && heap_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return run_.size() + heap_.size(); }

  /// The entry that is due first; the queue is not empty.
  [[nodiscard]] T* top() const noexcept { return run_is_first() ? run_.front() : heap_.top(); }

  /// When it is due.
  [[nodiscard]] auto first_due() const noexcept { return run_is_first() ? run_.first_due() : heap_.first_due(); }

  /// Adds an entry that is in no queue. Throws std::bad_alloc, and then nothing has changed.
  void push(T* entry) {
    if (!run_.takes(entry->when)) {
      if (run_.size() > 1) return heap_.push(entry);
      T* const alone = run_.front();
      heap_.push(alone);
      run_.clear();
    }
    run_.push(entry);
  }

  /// Takes out the entry that is due first; the queue is not empty.
  T* pop() noexcept {
    T* const first = top();
    remove(first);
    return first;
  }

  /// Takes out an entry that is in this queue.
  void remove(T* entry) noexcept {
    if (run_.holds(*entry)) {
      run_.remove(entry);
    } else {
      heap_.remove(entry);
    }
  }

  /// As of deadline_heap; the run keeps no pointers to what has left it.
  template <class Visit>
  void visit_room(Visit visit, void* arg) const {
    heap_.visit_room(visit, arg);
  }

 private:
  [[nodiscard]] bool run_is_first() const noexcept {
    return heap_.empty() || (!run_.empty() && run_.first_due() <= heap_.first_due());
  }

  sorted_run<T> run_;
  deadline_heap<T> heap_;
};

}  // namespace weft::detail
