// SPDX-License-Identifier: Apache-2.0
//
// The meeting of a task's end and its joiner. The state is freed by the joiner alone, and only after it has held the
// queue's lock and seen `finished_`: by then the goroutine, which frees that lock as its last touch, is out of it.
#include "weft/task.hpp"

namespace weft::detail {

void task_end::wait() {
  queue_.lock();
  if (finished_) {
    queue_.unlock();
  } else {
    queue_.park_at_back(wait_reason::join, this);
  }
}

void task_end::finish() noexcept {
  queue_.lock();
  finished_ = true;
  queue_.release_all(true);
}

}  // namespace weft::detail
