// SPDX-License-Identifier: Apache-2.0
// floor 4
//
// Something that happens once, and those who wait for it: the end of a task's function, of a flight (singleflight), of
// what a once runs.
//
// Whoever owns the object may free it when it has held the queue's lock and seen `finished_`, which is what wait()
// does: by then finish(), whose last touch is to free that lock, is out of it.
#pragma once

#include "weft/detail/wait_queue.hpp"

namespace weft::detail {

class completion {
 public:
  completion() noexcept = default;
  completion(const completion&) = delete;
  completion& operator=(const completion&) = delete;

  /// Blocks until finish(). What was done before finish() happens before the return. `what` is what reports name.
  void wait(wait_reason reason, const void* what);

  /// The same within a limit; a limit whose time has passed looks once.
  [[nodiscard]] wait_end wait(const wait_limit& limit, wait_reason reason, const void* what);

  /// Lets all go, for ever. To be called once.
  void finish() noexcept;

 private:
  wait_queue queue_;
  bool finished_ = false;  // under the queue's lock
};

}  // namespace weft::detail
