// SPDX-License-Identifier: Apache-2.0
//
// cancel() may meet a hundred thousand hooks. It claims them all under the lock, which is a store and an exchange each,
// and wakes them after, because ready() must not be called under a word_lock.
#include "weft/detail/canceller.hpp"

#include "weft/detail/park.hpp"

namespace weft::detail {

bool canceller::add(cancel_hook& hook) noexcept {
  lock_.lock();
  const bool in_time = reason_.load(memory_order_relaxed) <= open;
  if (in_time) hooks_.push_back(hook);
  lock_.unlock();
  return in_time;
}

void canceller::remove(cancel_hook& hook) noexcept {
  lock_.lock();
  if (hook.linked()) intrusive_list<cancel_hook>::remove(hook);
  lock_.unlock();
}

bool canceller::cancel(errc reason) noexcept {
  intrusive_list<cancel_hook> claimed;
  lock_.lock();
  const bool first = reason_.load(memory_order_relaxed) <= open;  // or announced
  if (first) {
    reason_.store(static_cast<int>(reason), memory_order_release);
    while (cancel_hook* hook = hooks_.pop_front()) {
      if (hook->who->claim()) claimed.push_back(*hook);
    }
  }
  lock_.unlock();
  while (cancel_hook* hook = claimed.pop_front()) {
    hook->fired = true;
    ready(*hook->who);
  }
  return first;
}

}  // namespace weft::detail
