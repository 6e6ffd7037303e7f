// SPDX-License-Identifier: Apache-2.0
//
// What is noted for reports because WEFT_DIAG asks for it (made.cpp, held_locks.cpp, lock_order.cpp): a table under a
// lock, made when it is first used and never destroyed, because statics may be locks.
//
// A forked child has only the thread that forked. If another one was inside just then, the lock will never be free
// there, and the table may be half written: then nothing is noted or read in that child any more. So there must be a
// handler for forks before there is a thread, and no static variable of a function, whose initialisation somebody may
// be in.
//
// Memory ordering: `lost` is written while the child has one thread.
#pragma once

#include <cstddef>
#include <new>

#include "weft/detail/word_lock.hpp"

namespace weft::detail {

template <class Table>
class noted {
 public:
  /// Null: it is lost, and there is nothing to unlock.
  [[nodiscard]] Table* lock() noexcept {
    if (lost_.load(memory_order_relaxed)) return nullptr;
    word_.lock();
    if (table_ == nullptr) table_ = ::new (memory_) Table;
    return table_;
  }

  void unlock() noexcept { word_.unlock(); }

  /// To be called in each forked child (os/thread.hpp).
  void look_after_fork() noexcept {
    if (word_.held()) lost_.store(true, memory_order_relaxed);
  }

 private:
  word_lock word_;
  atomic<bool> lost_{false};
  Table* table_ = nullptr;  // under the lock, as what it points to
  alignas(Table) std::byte memory_[sizeof(Table)]{};
};

}  // namespace weft::detail
