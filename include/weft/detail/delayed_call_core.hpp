// SPDX-License-Identifier: Apache-2.0
// floor 5
//
// What is behind after_func: a function, the moment at which it is to be called, and an alarm. How it works:
// src/time/after_func.cpp.
//
// Memory ordering: references_ is that of shared_ptr: who drops the last one sees what the others did.
#pragma once

#include <functional>
#include <utility>

#include "weft/detail/alarm.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/park.hpp"
#include "weft/detail/site.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {

class delayed_call_core {
 public:
  explicit delayed_call_core(site where) noexcept;
  delayed_call_core(const delayed_call_core&) = delete;
  delayed_call_core& operator=(const delayed_call_core&) = delete;

  void retain() noexcept { references_.fetch_add(1, memory_order_relaxed); }
  void release() noexcept {
    if (drop()) delete this;
  }

  /// To be called at `due` only, or `never`. True if it was to be called.
  bool set(nanoseconds due) noexcept;

  // For alarm.
  void lock() noexcept { lock_.lock(); }
  void unlock() noexcept { lock_.unlock(); }
  [[nodiscard]] nanoseconds wanted() const noexcept { return due_; }

 protected:
  virtual ~delayed_call_core() = default;

 private:
  struct body;

  virtual void call() = 0;
  static void came_due(timer_entry& entry) noexcept;
  void start_body(bool calls) noexcept;

  /// True if it was the last reference.
  [[nodiscard]] bool drop() noexcept { return references_.fetch_sub(1, memory_order_acq_rel) == 1; }

  word_lock lock_;
  atomic<std::uint32_t> references_{1};  // handles, the alarm's, and of goroutines that call
  nanoseconds due_ = never;              // under the lock; never: not to be called
  alarm alarm_;
  const site where_;                        // of after_func, for reports
  delayed_call_core* next_left_ = nullptr;  // see came_due()
};

template <class F>
class delayed_call_of final : public delayed_call_core {
 public:
  template <class G>
  delayed_call_of(G&& f, site where) : delayed_call_core(where), f_(std::forward<G>(f)) {}

 private:
  void call() override { static_cast<void>(std::invoke(f_)); }

  F f_;
};

}  // namespace weft::detail
