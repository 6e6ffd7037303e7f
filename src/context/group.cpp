// SPDX-License-Identifier: Apache-2.0
//
// How a group's goroutines come, go and are waited for; the invariants are in the header.
//
// Memory ordering: everything is under the locks. What a goroutine has done happens before leave() takes places_, and
// so before the wait() that finds, or is told, that all have left.
//
// The destructor does not wait for goroutines that will never leave: when no run goes on, all that are counted were
// left behind (G7.2). Nor does a static group's when the process is ending: others may still be at work then, and find
// the lists and the context's node where they were.
#include "weft/detail/group_core.hpp"

#include "sync/destruction.hpp"
#include "weft/detail/panic.hpp"
#include "weft/detail/wait_edge.hpp"

namespace weft::detail {

void group_core::enter() {
  watch_for_exit();
  places_.lock();
  if (has_room()) {
    ++active_;
    places_.unlock();
    return;
  }
  ++visitors_;
  places_.park_at_back(wait_reason::semaphore, this);
  places_.lock();
  --visitors_;
  places_.unlock();
}

result<void> group_core::enter(const wait_limit& limit) {
  if (limit.called_off()) return error_of(wait_end::cancelled, limit);
  watch_for_exit();
  wait_end end = wait_end::completed;
  places_.lock();
  if (has_room()) {
    ++active_;
  } else {
    ++visitors_;
    bool message = false;
    end = places_.park_at_back(wait_reason::semaphore, this, limit, message);
    if (end == wait_end::completed) places_.lock();
    --visitors_;
  }
  places_.unlock();
  if (end != wait_end::completed) return error_of(end, limit);
  return {};
}

bool group_core::try_enter() {
  watch_for_exit();
  places_.lock();
  const bool room = has_room();
  if (room) ++active_;
  places_.unlock();
  return room;
}

void group_core::leave() noexcept {
  places_.lock();
  if (wait_node* const next = places_.take_one()) {
    places_.unlock();
    wait_queue::let_go(*next, true);
    return;
  }
  if (--active_ != 0) {
    places_.unlock();
    return;
  }
  idle_.lock();
  places_.unlock();
  idle_.release_all(true);
}

void group_core::fail(failure why) {
  if (!why) return;
  places_.lock();
  const bool first = !failure_;
  if (first) failure_ = why;
  places_.unlock();
  if (first) scope_.cancel(why);
}

void group_core::set_limit(std::int64_t n) {
  wait_list admitted;
  places_.lock();
  if (active_ != 0) {
    panicf("errgroup: modify limit while %lld goroutines in the group are still active",
           static_cast<long long>(active_));
  }
  limit_ = n;
  while (has_room()) {  // those who came under a limit of 0
    wait_node* const next = places_.take_one();
    if (next == nullptr) break;
    ++active_;
    admitted.push_back(*next);
  }
  places_.unlock();
  while (wait_node* const next = admitted.pop_front()) wait_queue::let_go(*next, true);
}

bool group_core::begin_join() noexcept {
  places_.lock();
  idle_.lock();
  const bool idle = active_ == 0;
  if (!idle) ++visitors_;
  places_.unlock();
  if (idle) idle_.unlock();
  return !idle;
}

void group_core::end_join() noexcept {
  places_.lock();
  --visitors_;
  places_.unlock();
}

void group_core::join() noexcept {
  if (!begin_join()) return;
  wait_edge edge(nullptr, wait_reason::group_wait, this);
  if (edge.open()) {
    idle_.unlock();
    end_join();
    edge.report();
    if (!begin_join()) return;
  }
  bool unused = false;
  static_cast<void>(idle_.park(queue_end::back, wait_reason::group_wait, this, nullptr, unused, nullptr,
                               edge.listed() ? &edge : nullptr));
  end_join();
}

wait_end group_core::join(const wait_limit& limit) noexcept {
  if (!begin_join()) return wait_end::completed;
  bool message = false;
  const wait_end end = idle_.park_at_back(wait_reason::group_wait, this, limit, message);
  if (end != wait_end::completed) idle_.unlock();
  end_join();
  return end;
}

result<void> group_core::wait() {
  refuse_own("weft: group.wait by a goroutine of the group");
  join();
  return outcome();
}

result<result<void>> group_core::wait(const wait_limit& limit) {
  refuse_own("weft: group.wait by a goroutine of the group");
  const wait_end end = limit.called_off() ? wait_end::cancelled : join(limit);
  if (end != wait_end::completed) return error_of(end, limit);
  return outcome();
}

void group_core::refuse_own(const char* message) const noexcept {
  if (group_member::caller_is_in(*this)) panic(message);
}

result<void> group_core::outcome() {
  places_.lock();
  const failure first = failure_;
  places_.unlock();
  scope_.cancel(first);
  if (first.exception()) first.rethrow();
  if (first) return first.code();
  return {};
}

group_core::~group_core() {
  constexpr const char* visited = "weft: group destroyed while somebody waits in it";
  if (process_is_ending()) {
    context_access::nearest(scope_)->retain();  // for those who are still at work
    return;
  }
  refuse_own("weft: group destroyed by a goroutine of the group");
  if (!can_start()) {
    places_.forbid_waiters(visited);
    idle_.forbid_waiters(visited);
    return;
  }
  places_.lock();
  if (visitors_ != 0) panic(visited);
  places_.unlock();
  if (std::uncaught_exceptions() > unwinding_) scope_.cancel();
  join();
}

}  // namespace weft::detail
