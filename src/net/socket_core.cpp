// SPDX-License-Identifier: Apache-2.0
#include "net/socket_core.hpp"

#include <algorithm>
#include <new>

#include "os/thread.hpp"
#include "weft/blocking.hpp"

namespace weft::detail {

namespace {

atomic<bool> forked{false};  // written by the only thread that a child has: relaxed

void watch_forks() {
  static const bool once = (on_fork_child([] { forked.store(true, memory_order_relaxed); }), true);
  static_cast<void>(once);
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

result<socket_core*> socket_core::adopt(int fd) {
  watch_forks();
  watch_id watch;
  int error = start_watching(fd, watch);
  socket_core* const made = error == 0 ? new (std::nothrow) socket_core(fd, watch) : nullptr;
  if (made != nullptr) return made;
  if (error == 0) {
    stop_watching(watch);
    error = ENOMEM;
  }
  close_descriptor(fd);
  return std::error_code(error, std::system_category());
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
  ++operations_;  // ours: it keeps the descriptor until the waits for it have ended
  for (side& each : sides_) {
    while (wait_node* const node = each.queue.pop_front()) {
      if (node->who->claim()) queued.push_back(*node);
    }
  }
  lock_.unlock();
  if (!file_.empty()) remove_file(file_.c_str());
  stop_watching(watch_);
  let_go_all(queued, false);
  leave();
}

void socket_core::let_go() noexcept {
  close();
  if (forked.load(memory_order_relaxed)) return;
  lock_.lock();
  owned_ = false;
  const bool last = operations_ == 0;
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
  const bool owned = owned_;
  const int fd = fd_;
  const bool blocks = close_may_block_.load(memory_order_seq_cst);
  lock_.unlock();
  if (!last) return;
  if (blocks)
    blocking([fd] { close_descriptor(fd); });
  else
    close_descriptor(fd);
  if (!owned) delete this;
}

void socket_core::set_deadline(readiness which, nanoseconds when) noexcept {
  if (!enter()) return;
  side_of(which).deadline.store(when, memory_order_seq_cst);
  announce_change(watch_);
  leave();
}

// ---- sides ---------------------------------------------------------------------------------------------------------

/// The operation is counted already. Zero: the side is ours.
std::error_code socket_core::take(side& wanted, const wait_limit& limit) {
  lock_.lock();
  if (closed()) {
    lock_.unlock();
    return errc::closed;
  }
  if (!wanted.busy) {
    wanted.busy = true;
    lock_.unlock();
    return {};
  }
  waiter self;
  self.contended = true;
  wait_node node;
  node.who = &self;
  wanted.queue.push_back(node);
  const wait_end end = park_within(self, wait_reason::io_wait, this, unlock_word, &lock_, limit);
  if (end == wait_end::completed) return node.ok ? std::error_code() : errc::closed;
  lock_.lock();
  if (node.linked()) wait_list::remove(node);
  lock_.unlock();
  return error_of(end, limit);
}

/// To the one who waits longest, if anybody does. Leaves.
void socket_core::give(side& mine) noexcept {
  lock_.lock();
  wait_node* next = mine.queue.pop_front();
  while (next != nullptr && !next->who->claim()) next = mine.queue.pop_front();
  if (next == nullptr) mine.busy = false;
  leave_locked();
  if (next == nullptr) return;
  next->ok = true;
  next->who->winner = next;
  ready(*next->who);
}

socket_core::turn::turn(socket_core* core, readiness which, const wait_limit& limit)
    : core_(core), side_(which), limit_(limit) {
  if (limit.called_off()) {
    error_ = error_of(wait_end::cancelled, limit);
  } else if (core == nullptr || !core->enter()) {
    error_ = errc::closed;
  } else {
    error_ = core->take(core->side_of(which), limit);
    if (error_) core->leave();
  }
  taken_ = !error_;
}

socket_core::turn::~turn() {
  if (taken_) core_->give(core_->side_of(side_));
}

bool socket_core::turn::fail(std::error_code error) noexcept {
  error_ = error;
  return false;
}

bool socket_core::turn::prepare() noexcept {
  seen_ = changes_of(core_->watch_, side_);  // first: what changes after this is not missed
  if (core_->closed()) return fail(errc::closed);
  deadline_ = core_->side_of(side_).deadline.load(memory_order_seq_cst);
  return deadline_ == never || deadline_ > now() || fail(errc::timed_out);
}

/// Who comes back because of time finds out by himself what has passed: the deadline may have changed.
bool socket_core::turn::ended(watch_end end) noexcept {
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

bool socket_core::turn::pause() {
  if (limit_.passed()) return fail(errc::timed_out);
  return ended(wait_change(core_->watch_, side_, seen_, {std::min(limit_.until, deadline_), limit_.by}));
}

bool socket_core::turn::rest(nanoseconds d) {
  const nanoseconds end = now() + d;
  for (;;) {
    const std::uint32_t other = changes_of(core_->watch_, readiness::writable);  // a listener never is
    if (!prepare()) return false;
    if (now() >= end) return true;
    if (limit_.passed()) return fail(errc::timed_out);
    const nanoseconds until = std::min({end, limit_.until, deadline_});
    if (!ended(wait_change(core_->watch_, readiness::writable, other, {until, limit_.by}))) return false;
  }
}

}  // namespace weft::detail
