// SPDX-License-Identifier: Apache-2.0
//
// wait_fd: parking until a descriptor is ready.
//
// One epoll set, edge-triggered, a descriptor registered when it is first waited for. Each descriptor number has an
// entry that is never freed, so an event for a descriptor that was closed and reused can at worst wake somebody who
// tries again. An entry remembers an edge that nobody waited for (Go's pdReady, reference N2): the caller has tried the
// call, got EAGAIN and comes here, and the edge may have come in between.
//
// Invariants
//   1. `waiting[d]` and `edge[d]` are guarded by the entry's lock, and are never both set.
//   2. At most one party waits per direction; a second is a bug of the caller and panics.
//   3. `the.descriptors` counts the waits that are set, and those that are about to be.
//   4. A wait that has been taken is made ready before its taker stops counting as active: a deadlock is never seen in
//      between.
//
// Who polls: the keeper while it sleeps, busy workers as they look up (find_work.cpp), the watchdog if neither does.
//
// At the end of a run the waits of its goroutines are forgotten; those of foreign threads stay.
//
// Memory ordering: a chunk of entries and the opened set are released when made, under the lock, and acquired by those
// who look without it; under the lock they are read relaxed.
#include "os/clock.hpp"
#include "os/epoll.hpp"

#include <cerrno>
#include <cstring>
#include <new>

#include "sched/current.hpp"
#include "sched/engine.hpp"
#include "weft/detail/panic.hpp"

namespace weft::detail {
namespace {

struct pollable {
  word_lock lock;
  waiter* waiting[2] = {nullptr, nullptr};
  bool edge[2] = {false, false};
};

constexpr int chunk_size = 1024;
constexpr int chunks = 1024;  // a million descriptors, the kernel's usual limit

struct poll_state {
  word_lock lock;  // guards the making of chunks and of the set
  atomic<pollable*> chunk[chunks]{};
  epoll_set set;
  atomic<bool> open{false};
};

poll_state& poller() noexcept {
  static auto* const only = new poll_state;  // never destroyed: others may poll while the program's statics are
  return *only;
}

pollable& entry_of(int fd) {
  if (fd < 0 || fd >= chunk_size * chunks) panicf("wait_fd: %d is no descriptor", fd);
  atomic<pollable*>& place = poller().chunk[fd / chunk_size];
  pollable* found = place.load(memory_order_acquire);  // pairs with the store below
  if (found == nullptr) {
    auto* made = new (std::nothrow) pollable[chunk_size];
    if (made == nullptr) fatal("out of memory: cannot watch a descriptor");
    poller().lock.lock();
    found = place.load(memory_order_relaxed);
    if (found == nullptr) place.store(found = made, memory_order_release);
    poller().lock.unlock();
    if (found != made) delete[] made;
  }
  return found[fd % chunk_size];
}

void open_set() {
  if (poller().open.load(memory_order_acquire)) return;
  poller().lock.lock();
  const int error = poller().open.load(memory_order_relaxed) ? 0 : poller().set.open();
  if (error == 0) poller().open.store(true, memory_order_release);
  poller().lock.unlock();
  if (error != 0) fatalf("cannot make the poller: %s", std::strerror(error));
}

waiter* take_wait_locked(pollable& e, std::size_t direction) noexcept {
  waiter* const w = e.waiting[direction];
  if (w == nullptr) return nullptr;
  e.waiting[direction] = nullptr;
  the.descriptors.fetch_sub(1, memory_order_seq_cst);
  return w;
}

waiter* note_edge(pollable& e, std::size_t direction) {
  e.lock.lock();
  waiter* w = take_wait_locked(e, direction);
  if (w != nullptr && !w->claim()) w = nullptr;  // under the lock: a party that timed out takes it before it goes on
  e.edge[direction] = w == nullptr;
  e.lock.unlock();
  return w;
}

/// A foreign thread's, not that of a pinned goroutine.
bool outlives_run(const waiter& w) noexcept { return w.kind == waiter_kind::thread && w.party == nullptr; }

struct descriptor_wait {
  waiter self;
  timer_entry deadline;
  pollable* entry;
  bool timed_out = false;
};

void publish_wait(void* arg) {
  auto& wait = *static_cast<descriptor_wait*>(arg);
  pollable* const e = wait.entry;  // after arm() the frame is only safe while the entry's lock is held
  if (wait.deadline.when != never) arm(wait.deadline);
  e->lock.unlock();
}

}  // namespace

std::size_t poll_waiters(waiter** out, std::size_t n, nanoseconds timeout) {
  if (!poller().open.load(memory_order_acquire)) return 0;
  poll_event events[poll_batch / 2];
  the.polled_at.store(timeout != 0 ? never : monotonic_ns(), memory_order_relaxed);
  const std::size_t found = poller().set.wait(events, n / 2, timeout);
  if (timeout != 0) the.polled_at.store(monotonic_ns(), memory_order_relaxed);
  if (found == 0) return 0;
  count_active();  // until the caller has made them ready
  std::size_t won = 0;
  for (std::size_t i = 0; i < found; ++i) {
    pollable& e = *static_cast<pollable*>(events[i].tag);
    if (events[i].readable) {
      if (waiter* w = note_edge(e, 0); w != nullptr) out[won++] = w;
    }
    if (events[i].writable) {
      if (waiter* w = note_edge(e, 1); w != nullptr) out[won++] = w;
    }
  }
  if (won == 0) count_inactive();
  return won;
}

void poll_descriptors() {
  waiter* won[poll_batch];
  const std::size_t n = poll_waiters(won, poll_batch, 0);
  if (n == 0) return;
  for (std::size_t i = 0; i < n; ++i) ready(*won[i]);
  count_inactive();
}

// An edge that comes now is nobody's: the next one who waits looks for himself.
void forget_waits() noexcept {
  for (atomic<pollable*>& place : poller().chunk) {
    pollable* const chunk = place.load(memory_order_acquire);
    if (chunk == nullptr) continue;
    for (int i = 0; i < chunk_size; ++i) {
      pollable& e = chunk[i];
      e.lock.lock();
      for (std::size_t direction = 0; direction < 2; ++direction) {
        if (e.waiting[direction] == nullptr || outlives_run(*e.waiting[direction])) continue;
        take_wait_locked(e, direction);
        e.edge[direction] = true;
      }
      e.lock.unlock();
    }
  }
}

void break_poll() noexcept { poller().set.wake(); }

fd_wait wait_fd(int fd, readiness what, nanoseconds deadline) {
  open_set();
  pollable& e = entry_of(fd);
  const int error = poller().set.add(fd, &e);
  if (error == EPERM) return fd_wait::unsupported;
  if (error != 0 && error != EEXIST) panicf("wait_fd: cannot watch descriptor %d: %s", fd, std::strerror(error));
  const std::size_t direction = what == readiness::readable ? 0 : 1;
  descriptor_wait wait;
  wait.entry = &e;
  if (the.descriptors.fetch_add(1, memory_order_seq_cst) == 0) nudge_keeper();  // it may not be polling yet
  if (current_worker() == nullptr) ensure_keeper();
  e.lock.lock();
  if (e.edge[direction]) {
    e.edge[direction] = false;
    e.lock.unlock();
    the.descriptors.fetch_sub(1, memory_order_seq_cst);
    return fd_wait::ready;
  }
  if (e.waiting[direction] != nullptr) panicf("wait_fd: somebody already waits for descriptor %d", fd);
  e.waiting[direction] = &wait.self;
  if (deadline != never) {
    wait.self.contended = true;
    wait.deadline.when = deadline;
    wait.deadline.arg = &wait;
    wait.deadline.claim = [](timer_entry& self) noexcept -> waiter* {
      auto& expired = *static_cast<descriptor_wait*>(self.arg);
      if (!expired.self.claim()) return nullptr;
      expired.timed_out = true;
      return &expired.self;
    };
  }
  park(wait.self, wait_reason::io_wait, nullptr, publish_wait, &wait);
  if (deadline != never) disarm(wait.deadline);
  e.lock.lock();
  if (e.waiting[direction] == &wait.self) take_wait_locked(e, direction);
  e.lock.unlock();
  return wait.timed_out ? fd_wait::timed_out : fd_wait::ready;
}

}  // namespace weft::detail
