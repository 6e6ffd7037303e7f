// SPDX-License-Identifier: Apache-2.0
#include "weft/detail/completion.hpp"

#include "weft/detail/wait_edge.hpp"

namespace weft::detail {

void completion::wait(wait_reason reason, const void* what) {
  wait_edge edge(nullptr, reason, what, by_);
  queue_.lock();
  if (!finished_ && by_ != nobody_known && edge.open()) {
    queue_.unlock();
    edge.report();
    queue_.lock();
  }
  if (finished_) {
    queue_.unlock();
    return;
  }
  bool unused = false;
  static_cast<void>(
      queue_.park(queue_end::back, reason, what, nullptr, unused, nullptr, edge.listed() ? &edge : nullptr));
}

wait_end completion::wait(const wait_limit& limit, wait_reason reason, const void* what) {
  if (limit.called_off()) return wait_end::cancelled;
  queue_.lock();
  wait_end end = wait_end::completed;
  if (!finished_) {
    if (limit.passed()) {
      end = wait_end::timed_out;
    } else {
      bool unused = false;
      end = queue_.park_at_back(reason, what, limit, unused);
      if (end == wait_end::completed) return end;
    }
  }
  queue_.unlock();
  return end;
}

void completion::finish() noexcept {
  queue_.lock();
  finished_ = true;
  queue_.release_all(true);
}

}  // namespace weft::detail
