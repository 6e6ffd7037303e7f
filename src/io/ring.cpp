// SPDX-License-Identifier: Apache-2.0
//
// Memory ordering: a goroutine's state is read relaxed: it becomes `abandoned` when the run is over, long before the
// next one begins.
#include "io/ring.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "os/files.hpp"
#include "park/goroutine.hpp"
#include "weft/blocking.hpp"
#include "weft/detail/closure.hpp"
#include "weft/detail/panic.hpp"
#include "weft/detail/wait_queue.hpp"
#include "weft/detail/watch.hpp"
#include "weft/time.hpp"

namespace weft::detail {
namespace {

constexpr std::chrono::milliseconds look_again{1};  // while the poller has no room for the ring's descriptor

bool is_abandoned(const goroutine* g) noexcept {
  return g->state.load(memory_order_relaxed) == goroutine_state::abandoned;
}

constexpr std::uint64_t nobody = 1;  // no operation has this address

uring_request cancellation_of(std::uint64_t tag) noexcept {
  uring_request request;
  request.code = uring_code::cancel;
  request.target = tag;
  return request;
}

/// Called off, or interrupted before it did anything. The kernel's own codes for "make the call again", which no system
/// call returns, come through where io_uring interrupts one of its threads: in the opening of a FIFO, for one.
bool was_not_done(std::int32_t result) noexcept {
  constexpr std::int32_t restart_first = 512, restart_last = 516;  // ERESTARTSYS to ERESTART_RESTARTBLOCK
  return result == -ECANCELED || result == -EINTR || (-result >= restart_first && -result <= restart_last);
}

void unlock_word(void* lock) { static_cast<word_lock*>(lock)->unlock(); }

}  // namespace

/// One request on the stack of its goroutine.
struct file_ring::operation : list_hook {
  uring_request request;
  goroutine* owner = nullptr;
  std::int32_t result = 0;
  bool counted = false;  // towards the ring's capacity
  bool pushed = false;
  bool left_over = false;  // by an earlier run, and the kernel has been asked to cancel it
  bool done = false;
  wait_node* sleeper = nullptr;  // of the owner, while it is parked
};

bool file_ring::push_locked(operation& op) {
  if (op.counted && counted_ == ring_.capacity()) return false;
  if (!ring_.push(op.request)) return false;
  ++in_kernel_;
  if (op.counted) ++counted_;
  if (op.request.code == uring_code::open) ++opens_;
  op.pushed = true;
  under_way_.push_back(op);
  return true;
}

/// Hands the request to the kernel, or lets it wait for room.
void file_ring::begin(operation& op) {
  op.request.tag = reinterpret_cast<std::uintptr_t>(&op);
  op.owner = current();
  const bool first = op.request.code == uring_code::cancel;
  lock_.lock();
  const bool pushed = (first || overflow_.empty()) && push_locked(op);
  if (!pushed && first) overflow_.push_front(op);
  if (!pushed && !first) overflow_.push_back(op);
  const std::uint32_t until = ring_.pushed();
  lock_.unlock();
  if (pushed) hand_over(until);
  pump();
  leave_one_for_reaper();
}

bool file_ring::has_room_for(uring_code code) noexcept {
  if (code != uring_code::open) return true;
  lock_.lock();
  const bool room = opens_ < most_opens;
  lock_.unlock();
  return room;
}

/// No lock held. The call may last when the kernel does the work at once, so the token may go meanwhile. A shortage
/// passes: of memory, or of room for completions (EBUSY, before 5.19), which is made by taking some.
void file_ring::hand_over(std::uint32_t until) {
  for (unsigned round = 0; !ring_.taken_until(until); ++round) {
    const int taken = blocking([this] { return ring_.enter(); });
    if (taken < 0 && taken != -EAGAIN && taken != -EBUSY && taken != -EINTR && taken != -ENOMEM) {
      fatalf("the ring of io_uring has failed with error %d: was its descriptor closed?", -taken);
    }
    if (taken > 0) continue;
    take_completions();
    relax(round);
  }
}

/// False: there may be more, but there is no room in `found`.
bool file_ring::take_completions_locked(harvest& found) {
  uring_completion taken[batch];
  const std::size_t n = ring_.reap(taken, batch);
  in_kernel_ -= static_cast<std::uint32_t>(n);
  for (std::size_t i = 0; i < n; ++i) {
    auto* const op = reinterpret_cast<operation*>(static_cast<std::uintptr_t>(taken[i].tag));
    if (op == nullptr) continue;  // a cancellation for which nobody waits
    intrusive_list<operation>::remove(*op);
    if (op->counted) --counted_;
    const bool opened = op->request.code == uring_code::open;
    if (opened) --opens_;
    if (opened && taken[i].result >= 0 && is_abandoned(op->owner)) found.opened[found.n++] = taken[i].result;
    op->result = taken[i].result;
    op->done = true;
    if (op->sleeper != nullptr && op->sleeper->who->claim()) found.woken.push_back(*op->sleeper);
    op->sleeper = nullptr;
  }
  return n < batch;
}

/// No lock held.
void file_ring::see_to(harvest& found) {
  wait_queue::let_go_all(found.woken, true);
  for (std::size_t i = 0; i < found.n; ++i) blocking([fd = found.opened[i]] { static_cast<void>(close_file(fd)); });
}

void file_ring::take_completions() {
  for (bool all = false; !all;) {
    harvest found;
    lock_.lock();
    all = take_completions_locked(found);
    lock_.unlock();
    see_to(found);
  }
}

bool file_ring::push_waiting_locked() {
  bool pushed = false;
  while (operation* const op = overflow_.front()) {
    intrusive_list<operation>::remove(*op);
    if (is_abandoned(op->owner)) continue;
    if (!push_locked(*op)) {
      overflow_.push_front(*op);
      break;
    }
    pushed = true;
  }
  return pushed;
}

/// What an earlier run has left under way would keep this one's reaper for ever.
bool file_ring::cancel_abandoned_locked() {
  if (!left_over_) return false;
  left_over_ = false;
  bool pushed = false;
  for (operation* op = under_way_.front(); op != nullptr; op = under_way_.next(*op)) {
    if (op->left_over || !is_abandoned(op->owner)) continue;
    if (!ring_.push(cancellation_of(op->request.tag))) {
      left_over_ = true;
      break;
    }
    ++in_kernel_;
    pushed = true;
    op->left_over = true;
  }
  return pushed;
}

/// Takes what is complete, wakes whose it was, and fills the room that this makes.
void file_ring::pump() {
  bool pushed = false;
  do {
    harvest found;
    lock_.lock();
    const bool all = take_completions_locked(found);
    pushed = cancel_abandoned_locked();
    pushed = push_waiting_locked() || pushed || !all;
    const std::uint32_t until = ring_.pushed();
    lock_.unlock();
    see_to(found);
    hand_over(until);
  } while (pushed);
}

/// A submitter may have taken the last completion before the reaper was woken for it; then nothing wakes the reaper any
/// more. So it is left another one, which whoever takes it leaves again.
void file_ring::leave_one_for_reaper() {
  lock_.lock();
  const bool left = reaper_waits_ && in_kernel_ == 0 && overflow_.empty() && !is_abandoned(reaper_) &&
                    ring_.push(cancellation_of(nobody));
  if (left) ++in_kernel_;
  const std::uint32_t until = ring_.pushed();
  lock_.unlock();
  if (left) hand_over(until);
}

/// Somebody is about to park: there must be a reaper that belongs to this run.
void file_ring::ensure_reaper() {
  lock_.lock();
  const bool needed = reaper_ == nullptr || is_abandoned(reaper_);
  lock_.unlock();
  if (!needed) return;
  goroutine& made = make_goroutine_for({site::here(), 0, "file completions", true}, [this] { reap_until_idle(); });
  lock_.lock();
  const bool mine = reaper_ == nullptr || is_abandoned(reaper_);
  if (mine) {
    left_over_ = left_over_ || !under_way_.empty();
    reaper_ = &made;
    reaper_waits_ = false;
  }
  lock_.unlock();
  if (mine)
    start(made);
  else
    discard(made);
}

void file_ring::reap_until_idle() {
  for (;;) {
    pump();
    lock_.lock();
    const bool idle = in_kernel_ == 0 && overflow_.empty();
    if (idle) reaper_ = nullptr;
    reaper_waits_ = !idle;
    lock_.unlock();
    if (idle) return;
    if (wait_fd(ring_.fd(), readiness::readable)) sleep_for(look_again);
    lock_.lock();
    reaper_waits_ = false;
    lock_.unlock();
  }
}

wait_end file_ring::wait_for(operation& op, const wait_limit& limit) {
  ensure_reaper();
  const bool bounded = limit.until != never || limit.by != nullptr;
  waiter self;
  self.contended = bounded;
  wait_node node;
  node.who = &self;
  lock_.lock();
  if (op.done) {
    lock_.unlock();
    return wait_end::completed;
  }
  op.sleeper = &node;
  if (!bounded) {
    park(self, wait_reason::io_wait, nullptr, unlock_word, &lock_);
    return wait_end::completed;
  }
  const wait_end end = park_within(self, wait_reason::io_wait, nullptr, unlock_word, &lock_, limit);
  if (end == wait_end::completed) return end;
  lock_.lock();
  op.sleeper = nullptr;
  const bool done = op.done;  // between the limit and here
  lock_.unlock();
  return done ? wait_end::completed : end;
}

/// The operation is over when it returns, in one way or the other.
void file_ring::cancel(operation& op) {
  lock_.lock();
  const bool finished = op.done || !op.pushed;
  if (!op.done && !op.pushed) {
    intrusive_list<operation>::remove(op);
    op.done = true;
    op.result = -ECANCELED;
  }
  lock_.unlock();
  if (finished) return;
  operation request;
  request.request = cancellation_of(op.request.tag);
  begin(request);
  static_cast<void>(wait_for(request, {}));
  static_cast<void>(wait_for(op, {}));
}

file_outcome file_ring::perform(const uring_request& request, bool patient, const wait_limit& limit) {
  for (;;) {
    if (limit.called_off()) return {wait_end::cancelled};
    operation op;
    op.request = request;
    op.counted = !patient;
    begin(op);
    wait_end end = wait_end::completed;
    lock_.lock();
    const bool done = op.done;
    lock_.unlock();
    if (!done) {
      end = limit.passed() ? wait_end::timed_out : wait_for(op, limit);
      if (end != wait_end::completed) cancel(op);
    }
    const bool undone = was_not_done(op.result);
    if (undone && end != wait_end::completed) return {end};
    if (!undone) return {wait_end::completed, op.result};
  }
}

}  // namespace weft::detail
