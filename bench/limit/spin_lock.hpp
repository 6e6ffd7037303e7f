// SPDX-License-Identifier: Apache-2.0
//
// The cheapest lock there is: one exchange, one plain store.
#pragma once

#include <atomic>

class spin_lock {
 public:
  void lock() noexcept {
    while (word_.exchange(1, std::memory_order_acquire) != 0) {
    }
  }
  void unlock() noexcept { word_.store(0, std::memory_order_release); }

 private:
  std::atomic<unsigned> word_{0};
};
