// SPDX-License-Identifier: Apache-2.0
//
// A token's deadlines; see timers.hpp.
//
// Memory ordering: entry.heap is read without the lock in disarm(), to find the lock to take, and checked again under
// it: an entry may have moved to another heap meanwhile. Null is released by fire_one() as its last touch
// of an entry that won nothing, and acquired by disarm(): the owner may then reuse the memory.
#include "sched/timers.hpp"

#include <utility>

namespace weft::detail {

void timer_heap::publish_earliest() noexcept {
  const nanoseconds first = entries_.empty() ? never : entries_.first_due();
  if (first != earliest_.load(memory_order_relaxed)) earliest_.store(first, memory_order_seq_cst);
}

bool timer_heap::arm(timer_entry& entry) {
  const nanoseconds when = entry.when;
  lock_.lock();
  entry.heap.store(this, memory_order_relaxed);
  entries_.push(&entry);
  publish_earliest();
  const bool first = earliest_.load(memory_order_relaxed) == when;
  lock_.unlock();
  return first;
}

bool timer_heap::disarm(timer_entry& entry) noexcept {
  for (;;) {
    auto* heap = static_cast<timer_heap*>(entry.heap.load(memory_order_acquire));
    if (heap == nullptr) return false;
    heap->lock_.lock();
    const bool here = entry.heap.load(memory_order_relaxed) == heap;
    if (here) {
      heap->entries_.remove(&entry);
      entry.heap.store(nullptr, memory_order_relaxed);
      heap->publish_earliest();
    }
    heap->lock_.unlock();
    if (here) return true;
  }
}

void timer_heap::move_survivors(deadline_queue<timer_entry>& to, timer_heap& owner) {
  while (!entries_.empty()) {
    timer_entry* entry = entries_.pop();
    const bool kept = entry->run != nullptr || !entry->of_goroutine;
    if (kept) to.push(entry);
    entry->heap.store(kept ? &owner : nullptr, memory_order_release);
  }
}

void timer_heap::forget_goroutines() {
  lock_.lock();
  deadline_queue<timer_entry> kept;
  move_survivors(kept, *this);
  entries_ = std::move(kept);
  publish_earliest();
  lock_.unlock();
}

void timer_heap::bequeath(timer_heap& heir) {
  lock_.lock();
  heir.lock_.lock();
  move_survivors(heir.entries_, heir);
  publish_earliest();
  heir.publish_earliest();
  heir.lock_.unlock();
  lock_.unlock();
}

bool timer_heap::fire_one(nanoseconds time, waiter*& won, nanoseconds* late) {
  lock_.lock();
  if (entries_.empty() || entries_.first_due() > time) {
    lock_.unlock();
    return false;
  }
  timer_entry* entry = entries_.pop();
  publish_earliest();
  if (late != nullptr) *late = time - entry->when;
  const auto run = entry->run;
  if (run == nullptr) won = entry->claim(*entry);
  entry->heap.store(nullptr, memory_order_release);
  lock_.unlock();
  if (run != nullptr) run(*entry);
  return true;
}

}  // namespace weft::detail
