// SPDX-License-Identifier: Apache-2.0
// floor 5
//
// A group without its functions' types: how many goroutines it has, how many it may have, and what the first failure
// was.
//
// Invariants
//   1. active_ counts the goroutines that have a place: from enter() to leave(). It never exceeds a limit.
//   2. While somebody waits for a place, no place is free: leave() hands its own over instead of giving it up, so
//      nobody who comes later gets in before.
//   3. failure_ changes once, from none.
//   4. visitors_ counts those who are blocked in enter() or in wait(). With one inside it must not be destroyed.
//
// Locks. places_ guards the state, and is the queue of those who wait for a place; idle_ is the queue of those who wait
// for the end of all. Where both are held, places_ was taken first. The leave() that brings active_ to zero frees
// places_ while it holds idle_, and a wait() that finds zero passes through idle_ before it returns: then leave() is
// out of this object, which may be destroyed.
#pragma once

#include <cstdint>
#include <exception>

#include "weft/context.hpp"
#include "weft/detail/bounded.hpp"
#include "weft/detail/group_member.hpp"
#include "weft/detail/wait_queue.hpp"
#include "weft/failure.hpp"
#include "weft/result.hpp"

namespace weft::detail {

class group_core {
 public:
  explicit group_core(weft::context parent) : scope_(with_cancel(std::move(parent))) {}
  group_core(const group_core&) = delete;
  group_core& operator=(const group_core&) = delete;
  ~group_core();

  /// Takes a place, and waits for it if there is a limit: for ever, as long as `limit` allows, or not at all.
  void enter();
  [[nodiscard]] result<void> enter(const wait_limit& limit);
  [[nodiscard]] bool try_enter();

  /// Gives a place back. The last touch by a goroutine of the group.
  void leave() noexcept;

  /// A goroutine has failed, unless `why` is none.
  void fail(failure why);

  void set_limit(std::int64_t n);

  [[nodiscard]] result<void> wait();
  [[nodiscard]] result<result<void>> wait(const wait_limit& limit);

  [[nodiscard]] const weft::context& context() const noexcept { return scope_; }
  [[nodiscard]] const goroutine_name& maker() const noexcept { return maker_; }

 private:
  [[nodiscard]] bool has_room() const noexcept { return limit_ < 0 || active_ < limit_; }
  void refuse_own(const char* message) const noexcept;

  /// Waits until active_ is zero. The parts: with idle_'s lock held if it returns true, because somebody has a place.
  void join() noexcept;
  [[nodiscard]] wait_end join(const wait_limit& limit) noexcept;
  [[nodiscard]] bool begin_join() noexcept;
  void end_join() noexcept;

  /// What wait() reports; ends the context.
  [[nodiscard]] result<void> outcome();

  wait_queue places_;  // and the lock of the next four
  std::int64_t active_ = 0;
  std::int64_t limit_ = -1;  // negative: none
  std::uint32_t visitors_ = 0;
  failure failure_;
  wait_queue idle_;
  const cancel_scope scope_;  // cancelled with failure_, at the latest when wait() returns
  const goroutine_name maker_ = goroutine_name::of_caller();
  const int unwinding_ = std::uncaught_exceptions();
};

}  // namespace weft::detail
