// SPDX-License-Identifier: Apache-2.0
//
// The slow half of a wait_group. The count and the mark that somebody waits are one word, so the done() that brings the
// count to zero learns in the same step whether it must let anybody go. If not, that step is its last touch: the
// waiter who sees zero may destroy the group at once. If so, it is the releaser: it takes the queue's lock, clears the
// mark, takes all waiters out, frees the lock, which is its last touch, and wakes them.
//
// States (count, mark), and who may be inside
//   0, no    idle; at most a releaser that has cleared the mark and not yet freed the queue's lock
//   n, no    counting
//   n, yes   somebody waits
//   0, yes   a releaser is on its way, exactly one
//
// Nobody gets past the releaser. wait() returns at once only if the word is 0 and the queue's lock free; with the mark
// set it queues behind those whom the releaser will let go, also at count zero. So when any wait() has returned there
// is no releaser left that could take the waiters of the next round for those of this one, or touch a group that has
// been destroyed. The price is one more load, of a word in the same cache line.
//
// Who gives up, because its time has passed or its context was cancelled, comes back with the queue's lock, its node
// out of the queue. If it was the last one queued it takes the mark away, or the next done() that reaches zero would
// look for somebody who is not there, and a destructor would complain of it. But not at count zero: there the mark
// belongs to the releaser, who is on its way and must find it. So he who gives up at (0, yes) queues once more, without
// a limit, and leaves behind the releaser as everybody does; it cannot take long.
//
// An add() at count zero with the mark set begins a round while the last one is not over: the releaser finds out, since
// it must find the word as its own done() left it, and panics. Go does so too.
//
// Memory ordering. Counting is acq_rel and looking acquires, so whoever sees zero sees what was done before each
// done(). The releaser clears the mark by a read-modify-write that releases: whoever sees 0 from it sees the done()s,
// and also that the queue's lock was taken; if he then sees that lock free, he sees the releaser gone
// (word_lock::held). So does he who takes the mark away because he gives up. The mark is set under the queue's lock:
// relaxed but for the look at the count.
//
// Waiters are let go all together in one critical section, so that the group is as new before the first of them runs.
//
// The model (test/model/wait_group_model.cpp) runs this code. Rejected: numbers of rounds in the word, with which a
// releaser would let go only its own round: the group still could not be destroyed while it is inside.
#include "weft/wait_group.hpp"

#include "weft/detail/panic.hpp"
#include "weft/detail/wait_edge.hpp"

namespace weft {

using namespace detail;

void wait_group::reached(std::int64_t now, std::int64_t n) {
  if (now < 0) refuse(n);
  if ((now & has_waiters) == 0) return;
  queue_.lock();
  if (state_.exchange(0, memory_order_release) != has_waiters) {
    panic("sync: WaitGroup misuse: add called concurrently with wait");
  }
  queue_.release_all(true);
}

/// Lock held. Whether there is something to wait for: then the mark is set.
bool wait_group::mark() {
  std::int64_t state = state_.load(memory_order_acquire);  // pairs with add
  while ((state & has_waiters) == 0) {
    if (state == 0) return false;
    // Marking and looking must be one step.
    if (state_.compare_exchange_weak(state, state | has_waiters, memory_order_acquire, memory_order_acquire)) break;
  }
  return true;
}

/// Lock held, by one who has given up. False: a releaser is on its way, and it must not be left behind.
bool wait_group::unmark() noexcept {
  std::int64_t state = state_.load(memory_order_acquire);
  while (state != has_waiters) {
    if ((state & has_waiters) == 0 || !queue_.empty()) return true;
    if (state_.compare_exchange_weak(state, state & ~has_waiters, memory_order_release, memory_order_acquire)) break;
  }
  return state != has_waiters;
}

void wait_group::wait_slow() {
  wait_edge edge(nullptr, wait_reason::wait_group, this);
  queue_.lock();
  bool waits = mark();
  if (waits && edge.open()) {
    queue_.unlock();
    edge.report();
    queue_.lock();
    waits = mark();
  }
  if (waits) {
    bool unused = false;
    static_cast<void>(queue_.park(queue_end::back, wait_reason::wait_group, this, nullptr, unused, nullptr,
                                  edge.listed() ? &edge : nullptr));
  } else {
    queue_.unlock();
  }
}

result<void> wait_group::wait(const wait_limit& limit) {
  if (limit.called_off()) return error_of(wait_end::cancelled, limit);
  if (state_.load(memory_order_acquire) == 0 && !queue_.busy()) return {};
  const wait_end end = wait_slow(limit);
  if (end == wait_end::completed) return {};
  return error_of(end, limit);
}

wait_end wait_group::wait_slow(const wait_limit& limit) {
  if (state_.load(memory_order_relaxed) >= one && limit.passed()) return wait_end::timed_out;
  queue_.lock();
  if (!mark()) {
    queue_.unlock();
    return wait_end::completed;
  }
  if (state_.load(memory_order_relaxed) == has_waiters) {  // nothing is missing, only the releaser is not through
    queue_.park_at_back(wait_reason::wait_group, this);
    return wait_end::completed;
  }
  bool unused = false;
  const wait_end end = queue_.park_at_back(wait_reason::wait_group, this, limit, unused);
  if (end == wait_end::completed) return end;
  if (unmark()) {
    queue_.unlock();
  } else {
    queue_.park_at_back(wait_reason::wait_group, this);
  }
  return end;
}

void wait_group::refuse(std::int64_t n) {
  panic(n < 0 ? "sync: negative WaitGroup counter" : "sync: WaitGroup counter overflow");
}

}  // namespace weft
