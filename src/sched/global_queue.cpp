// SPDX-License-Identifier: Apache-2.0
//
// The queue that belongs to no token; see global_queue.hpp.
//
// Memory ordering: size_ is only written under the lock, so its relaxed loads there are exact.
#include "sched/global_queue.hpp"

#include <new>

#include "weft/detail/panic.hpp"

namespace weft::detail {

global_queue::block* global_queue::new_block() noexcept {
  auto* added = new (std::nothrow) block;
  if (added == nullptr) fatal("out of memory: cannot queue a goroutine");
  return added;
}

void global_queue::add_block_locked(block* added) noexcept {
  if (tail_ != nullptr)
    tail_->next = added;
  else
    head_ = added;
  tail_ = added;
}

void global_queue::drop_head_locked() noexcept {
  block* const empty = head_;
  if (empty == tail_) {  // the last one is kept in place
    empty->first = empty->last = 0;
    return;
  }
  head_ = empty->next;
  if (spare_count_ >= spares_kept) {
    delete empty;
    return;
  }
  empty->first = empty->last = 0;
  empty->next = spares_;
  spares_ = empty;
  ++spare_count_;
}

void global_queue::push(goroutine* const* items, std::size_t n) noexcept {
  block* made = nullptr;
  lock_.lock();
  for (std::size_t i = 0; i < n;) {
    if (tail_ == nullptr || tail_->last == block::capacity) {
      if (spares_ != nullptr) {
        block* const reused = spares_;
        spares_ = reused->next;
        --spare_count_;
        reused->next = nullptr;
        add_block_locked(reused);
      } else if (made != nullptr) {
        add_block_locked(made);
        made = nullptr;
      } else {
        lock_.unlock();
        made = new_block();
        lock_.lock();
        continue;
      }
    }
    for (; i < n && tail_->last < block::capacity; ++i) tail_->items[tail_->last++] = items[i];
  }
  size_.store(size_.load(memory_order_relaxed) + n, memory_order_relaxed);
  lock_.unlock();
  delete made;
}

std::size_t global_queue::pop(goroutine** out, std::size_t n) noexcept {
  if (size() == 0) return 0;
  std::size_t taken = 0;
  lock_.lock();
  while (taken < n && head_ != nullptr) {
    if (head_->first == head_->last) {
      drop_head_locked();
      if (head_->first == head_->last) break;
      continue;
    }
    for (; taken < n && head_->first < head_->last; ++taken) out[taken] = head_->items[head_->first++];
  }
  size_.store(size_.load(memory_order_relaxed) - taken, memory_order_relaxed);
  lock_.unlock();
  return taken;
}

}  // namespace weft::detail
