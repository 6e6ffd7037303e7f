// SPDX-License-Identifier: Apache-2.0
// floor 4
//
// Something that happens once, and those who wait for it: the end of a task's function, of a flight (singleflight), of
// what a once runs.
//
// Whoever owns the object may free it when it has held the queue's lock and seen `finished_`, which is what wait()
// does: by then finish(), whose last touch is to free that lock, is out of it.
#pragma once

#include "weft/detail/party.hpp"
#include "weft/detail/wait_queue.hpp"

namespace weft::detail {

class completion {
 public:
  completion() noexcept = default;
  completion(const completion&) = delete;
  completion& operator=(const completion&) = delete;

  /// Before others know of it: who will call finish(), or never.
  void promise(party_number who) noexcept { by_ = who; }

  /// Blocks until finish(). What was done before finish() happens before the return. `what` is what reports name.
  void wait(wait_reason reason, const void* what);

  /// The same within a limit; a limit whose time has passed looks once.
  [[nodiscard]] wait_end wait(const wait_limit& limit, wait_reason reason, const void* what);

  /// Lets all go, for ever. To be called once.
  void finish() noexcept;

 private:
  [[no_unique_address]] wait_queue queue_;
  bool finished_ = false;           // under the queue's lock
  party_number by_ = nobody_known;  // written once
};

}  // namespace weft::detail
