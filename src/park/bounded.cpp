// SPDX-License-Identifier: Apache-2.0
//
// Publication in several steps, and why that is safe. The commit frees the caller's locks, arms the deadline, and hooks
// into the canceller. As soon as the first step is done somebody may complete the waiter, and its goroutine run on
// another worker, where it would leave and take its stack, with the timer and the hook, along. So it waits, before
// anything else, for `published`, which the commit sets as its last act; that is hardly ever not set yet.
//
// Why not do it all before the locks are freed: then a channel would stay locked while a timer heap is changed and
// perhaps the keeper woken, which is a system call.
//
// If the canceller is closed already, the commit competes for the waiter in its name. The claim it wins keeps the party
// asleep, so `published` goes first and ready() is the last touch.
//
// Memory ordering: the store of `published` releases and its load acquires; the one pairs with the other. Covered by
// the model of bounded waits (test/model/bounded_model.cpp).
#include "weft/detail/bounded.hpp"

namespace weft::detail {

namespace {

struct bounded_wait {
  waiter& who;
  const commit_function commit;
  void* const arg;
  const wait_limit& limit;
  timer_entry deadline{};
  cancel_hook hook{};
  atomic<std::uint32_t> published{0};  // set by the commit, as the last of its steps

  static waiter* claim_for_deadline(timer_entry& due) noexcept {
    auto* const who = static_cast<waiter*>(due.arg);
    return who->claim() ? who : nullptr;
  }

  static void publish(void* arg) {
    auto& self = *static_cast<bounded_wait*>(arg);
    waiter& who = self.who;
    self.commit(self.arg);
    if (self.limit.until != never) arm(self.deadline);
    const bool closed = self.limit.by != nullptr && !self.limit.by->add(self.hook);
    const bool won = closed && who.claim();
    if (won) self.hook.fired = true;
    self.published.store(1, memory_order_release);
    if (won) ready(who);
  }
};

}  // namespace

wait_end park_within(waiter& who, wait_reason reason, const void* object, commit_function commit, void* arg,
                     const wait_limit& limit) {
  bounded_wait wait{who, commit, arg, limit};
  wait.deadline.when = limit.until;
  wait.deadline.arg = &who;
  wait.deadline.claim = bounded_wait::claim_for_deadline;
  wait.hook.who = &who;
  park(who, reason, object, bounded_wait::publish, &wait);
  for (unsigned round = 0; wait.published.load(memory_order_acquire) == 0;) relax(round++);
  if (limit.until != never) disarm(wait.deadline);
  if (limit.by != nullptr) limit.by->remove(wait.hook);
  if (who.winner != nullptr) return wait_end::completed;
  return wait.hook.fired ? wait_end::cancelled : wait_end::timed_out;
}

}  // namespace weft::detail
