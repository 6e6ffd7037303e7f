// SPDX-License-Identifier: Apache-2.0
#include "net/socket_core.hpp"

#include <algorithm>
#include <new>

#include "os/thread.hpp"
#include "park/goroutine.hpp"
#include "weft/blocking.hpp"

namespace weft::detail {

namespace {

atomic<bool> forked{false};  // written by the only thread that a child has: relaxed

void watch_forks() {
  static const bool once = (on_fork_child([] { forked.store(true, memory_order_relaxed); }), true);
  static_cast<void>(once);
}

bool may_claim(waiter& who) noexcept {
  if (is_of_goroutine(who) && is_abandoned(*static_cast<const goroutine*>(who.party))) return false;
  return who.claim();
}

/// Only there may the poller write: elsewhere a page may be long in coming (sched/batch_reader.hpp).
bool is_on_stack(const goroutine& g, const wanted_read& wanted) noexcept {
  const stack& own = g.self.bounds;
  return own.holds(wanted.data) && own.holds(static_cast<const std::byte*>(wanted.data) + wanted.size - 1);
}

void unlock_word(void* lock) { static_cast<word_lock*>(lock)->unlock(); }

void let_go_all(wait_list& taken, bool ok) noexcept {
  while (wait_node* const node = taken.pop_front()) {
    node->ok = ok;
    node->who->winner = node;
    ready(*node->who);
  }
}

}  // namespace

// ---- life ----------------------------------------------------------------------------------------------------------

result<socket_core*> socket_core::try_to_adopt(int fd, transport by) {
  watch_forks();
  watch_id watch;
  const int error = start_watching(fd, watch);
  if (error != 0) return std::error_code(error, std::system_category());
  socket_core* const made = new (std::nothrow) socket_core(fd, watch, by);
  if (made != nullptr) {
    name_watched(watch, made);
    return made;
  }
  stop_watching(watch);
  return std::error_code(ENOMEM, std::system_category());
}

result<socket_core*> socket_core::adopt(int fd, transport by) {
  const result<socket_core*> made = try_to_adopt(fd, by);
  if (!made) close_descriptor(fd);
  return made;
}

/// Lock held. True: its run has ended, and it counts no more.
bool socket_core::drop_if_ended_locked(turn& each) noexcept {
  const goroutine* const owner = each.asleep_.load(memory_order_relaxed);
  if (owner == nullptr || !is_abandoned(*owner)) return false;
  each.dropped_ = true;
  --operations_;
  stays_ = true;
  return true;
}

/// Lock held. The operations of ended runs leave, with the sides that they have.
void socket_core::drop_ended_locked() noexcept {
  for (turn*& holder : holders_) {
    if (holder != nullptr && drop_if_ended_locked(*holder)) holder = nullptr;
  }
  for (const wait_list& queue : queues_) {
    for (wait_node* node = queue.front(); node != nullptr;) {
      wait_node* const after = queue.next(*node);
      if (drop_if_ended_locked(*static_cast<turn*>(node->slot))) unlink_locked(*node);
      node = after;
    }
  }
}

/// Lock held. Who has waited longest for the side, and is the caller's to complete; null if nobody waits.
wait_node* socket_core::claim_next_locked(readiness side) noexcept {
  while (wait_node* const node = queue_of(side).front()) {
    unlink_locked(*node);
    if (may_claim(*node->who)) return node;
    static_cast<void>(drop_if_ended_locked(*static_cast<turn*>(node->slot)));  // else it has given up, and will leave
  }
  return nullptr;
}

// What the parent waits for is registered in a set that a forked child shares, and its file is the parent's; whoever
// held the lock is not in the child.
void socket_core::close() noexcept {
  if (forked.load(memory_order_relaxed)) {
    if (!closed_.exchange(true, memory_order_seq_cst)) close_descriptor(fd_);
    return;
  }
  wait_list queued;
  lock_.lock();
  if (closed()) {
    lock_.unlock();
    return;
  }
  closed_.store(true, memory_order_seq_cst);
  drop_ended_locked();
  ++operations_;  // ours: it keeps the descriptor until the waits for it have ended
  for (const readiness side : {readiness::readable, readiness::writable}) {
    while (wait_node* const node = claim_next_locked(side)) queued.push_back(*node);
  }
  lock_.unlock();
  if (file_ != nullptr) remove_file(file_->c_str());
  stop_watching(watch_);
  let_go_all(queued, false);
  leave();
}

void socket_core::let_go() noexcept {
  close();
  if (forked.load(memory_order_relaxed)) return;
  lock_.lock();
  owned_ = false;
  const bool last = operations_ == 0 && !stays_;
  lock_.unlock();
  if (last) delete this;
}

bool socket_core::enter() noexcept {
  lock_.lock();
  const bool open = !closed();
  if (open) ++operations_;
  lock_.unlock();
  return open;
}

void socket_core::leave() noexcept {
  lock_.lock();
  leave_locked();
}

/// Lock held; frees it. The last touch.
void socket_core::leave_locked() noexcept {
  const bool last = --operations_ == 0 && closed();
  const bool gone = !owned_ && !stays_;
  const int fd = fd_;
  const int kept = last ? kept_ : -1;  // else it is the turn's
  const bool blocks = close_may_block_.load(memory_order_seq_cst);
  lock_.unlock();
  if (!last) return;
  if (kept >= 0) close_descriptor(kept);
  if (blocks)
    blocking([fd] { close_descriptor(fd); });
  else
    close_descriptor(fd);
  if (gone) delete this;
}

void socket_core::set_deadline(readiness which, nanoseconds when) noexcept {
  if (!enter()) return;
  deadlines_[index_of(which)].store(when, memory_order_seq_cst);
  timed_.store(true, memory_order_seq_cst);
  announce_change(watch_);
  leave();
}

// ---- sides ---------------------------------------------------------------------------------------------------------

/// Lock held; frees it. True: the side is its own.
bool socket_core::take_slow(turn& mine) {
  if (closed()) {
    lock_.unlock();
    return mine.fail(errc::closed);
  }
  ++operations_;
  drop_ended_locked();
  if (holder_of(mine.side_) != nullptr) return queue_for(mine);
  holder_of(mine.side_) = &mine;
  lock_.unlock();
  return true;
}

/// Lock held; frees it. If the side is not to be had the operation has left.
bool socket_core::queue_for(turn& mine) {
  waiter self;
  self.contended = true;
  wait_node node;
  node.who = &self;
  node.slot = &mine;
  queue_of(mine.side_).push_back(node);
  ++queued_;
  mine.asleep_.store(current(), memory_order_relaxed);
  const wait_end end = park_within(self, wait_reason::io_wait, this, unlock_word, &lock_, mine.limit_);
  mine.asleep_.store(nullptr, memory_order_relaxed);
  if (end == wait_end::completed && node.ok) return true;
  lock_.lock();
  if (node.linked()) unlink_locked(node);
  if (mine.dropped_) {  // it went on when its run had ended
    lock_.unlock();
    return mine.fail(errc::closed);
  }
  leave_locked();
  return mine.fail(end == wait_end::completed ? make_error_code(errc::closed) : error_of(end, mine.limit_));
}

/// Lock held; frees it.
void socket_core::give_slow(turn& mine) noexcept {
  if (mine.dropped_) {  // it went on when its run had ended
    lock_.unlock();
    return;
  }
  wait_node* const next = claim_next_locked(mine.side_);
  // Its side already: its run may end before it goes on.
  holder_of(mine.side_) = next != nullptr ? static_cast<turn*>(next->slot) : nullptr;
  leave_locked();
  if (next == nullptr) return;
  next->ok = true;
  next->who->winner = next;
  ready(*next->who);
}

void socket_core::turn::refuse() noexcept {
  error_ = limit_.called_off() ? error_of(wait_end::cancelled, limit_) : errc::closed;
}

bool socket_core::turn::fail(std::error_code error) noexcept {
  error_ = error;
  return false;
}

bool socket_core::turn::is_in_time() noexcept {
  if (core_->closed()) return fail(errc::closed);
  return deadline_ > now() || fail(errc::timed_out);
}

/// Who comes back because of time finds out by himself what has passed: the deadline may have changed.
bool socket_core::turn::has_time(watch_end end) noexcept {
  switch (end) {
    case watch_end::cancelled:
      return fail(error_of(wait_end::cancelled, limit_));
    case watch_end::closed:
      return fail(errc::closed);
    case watch_end::ready:
    case watch_end::timed_out:
      break;
  }
  return true;
}

watch_end socket_core::turn::wait(readiness what, std::uint32_t seen, const wait_limit& limit) {
  const goroutine* const me = current();
  asleep_.store(me, memory_order_relaxed);
  const bool may_be_done = me != nullptr && wanted_ != nullptr && is_on_stack(*me, *wanted_);
  const watch_end end = wait_change(core_->watch_, what, seen, limit, may_be_done ? wanted_ : nullptr);
  asleep_.store(nullptr, memory_order_relaxed);
  return end;
}

bool socket_core::turn::pause() {
  if (limit_.passed()) return fail(errc::timed_out);
  return ended(wait(side_, seen_, {std::min(limit_.until, deadline_), limit_.by}));
}

bool socket_core::turn::rest(nanoseconds d) {
  const nanoseconds end = now() + d;
  for (;;) {
    const std::uint32_t other = changes_of(core_->watch_, readiness::writable);  // a listener never is
    if (!prepare()) return false;
    if (now() >= end) return true;
    if (limit_.passed()) return fail(errc::timed_out);
    const nanoseconds until = std::min({end, limit_.until, deadline_});
    if (!ended(wait(readiness::writable, other, {until, limit_.by}))) return false;
  }
}

}  // namespace weft::detail
