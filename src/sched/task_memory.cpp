// SPDX-License-Identifier: Apache-2.0
//
// Memory for tasks, which come and go with goroutines: a token keeps some blocks of one size, as it keeps records and
// stacks, so that a program which spawns and joins all the time asks the C library for nothing. Who has no token, or
// finds the store empty or full, goes to new and delete; a block does not know where it came from.
//
// Under the sanitizers nothing is kept: they are to see who uses a task that is gone.
#include <new>

#include "os/fiber_annotations.hpp"
#include "sched/current.hpp"
#include "sched/engine.hpp"

namespace weft::detail {
namespace {

/// The store of the calling goroutine's token, for as long as this lives; or none.
class own_store {
 public:
  own_store() noexcept : worker_(asan_on || tsan_on ? nullptr : current_worker()) {
    if (worker_ != nullptr && (worker_->running == nullptr || !worker_->lock.enter_at_once())) worker_ = nullptr;
  }
  own_store(const own_store&) = delete;
  own_store& operator=(const own_store&) = delete;
  ~own_store() {
    if (worker_ != nullptr) worker_->lock.leave();
  }

  [[nodiscard]] token* operator->() const noexcept { return &held_by(*worker_); }
  explicit operator bool() const noexcept { return worker_ != nullptr; }

 private:
  worker* worker_;
};

}  // namespace

void* take_task_memory() {
  if (const own_store here; here && here->task_count != 0) return here->tasks[--here->task_count];
  return ::operator new(task_memory);
}

void give_task_memory(void* memory) noexcept {
  {
    const own_store here;
    if (here && here->task_count != warm_tasks) {
      here->tasks[here->task_count++] = memory;
      return;
    }
  }
  ::operator delete(memory);
}

}  // namespace weft::detail
