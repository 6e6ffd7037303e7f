// SPDX-License-Identifier: Apache-2.0
//
// Memory ordering: `joins` is relaxed; the header says what orders it. `pinned` and `object` are the caller's own, or
// of one that is parked: they were written before it freed the queue's lock.
// finish_at_end() looks at the list without the lock: only a second joiner, who is a mistake, could change it then, and
// one who comes as late as that still sleeps on.
#include "weft/detail/completion.hpp"

#include <new>

#include "park/goroutine.hpp"
#include "weft/detail/wait_edge.hpp"

namespace weft::detail {

/// On the stack of who joins: its edge, once it is listed. No std::optional: g++ clears that from end to end.
struct completion::edge_room {
  edge_room() noexcept {}
  edge_room(const edge_room&) = delete;
  edge_room& operator=(const edge_room&) = delete;
  ~edge_room() {
    if (made) edge.~wait_edge();
  }

  void make(wait_reason reason, const void* what, party_number whom) noexcept {
    ::new (&edge) wait_edge(nullptr, reason, what, whom);
    made = true;
  }

  bool made = false;
  union {
    wait_edge edge;
  };
};

/// While it lasts, the goroutine joins somebody. Relaxed: see the header.
class completion::joining {
 public:
  explicit joining(goroutine* me) noexcept : me_(me) {
    if (me_ != nullptr) me_->joins.store(true, memory_order_relaxed);
  }
  joining(const joining&) = delete;
  joining& operator=(const joining&) = delete;
  ~joining() {
    if (me_ != nullptr) me_->joins.store(false, memory_order_relaxed);
  }

 private:
  goroutine* me_;
};

/// Of a joiner that makes the task begin.
struct completion::direct_join : waiter {
  edge_room room;
};

/// Of a completion that no goroutine was promised for.
[[gnu::noinline]] void completion::wait_for_anybody(wait_reason reason, const void* what) {
  queue_.lock();
  if (finished_)
    queue_.unlock();
  else
    queue_.park_at_back(reason, what);
}

/// Lock held, which it frees and takes again; not finished.
[[gnu::noinline]] void completion::list_caller(edge_room& room, wait_reason reason, const void* what) {
  const party_number whom = party_of(*of_);  // its record is another's once it has finished
  queue_.unlock();
  room.make(reason, what, whom);
  room.edge.announce();
  queue_.lock();
}

void completion::wait(wait_reason reason, const void* what) {
  if (of_ == nullptr) {
    wait_for_anybody(reason, what);
    return;
  }
  goroutine* const me = current();
  const joining mark(me);
  direct_join self;
  if (me != nullptr && park_until_end(*of_, number_, self, direct_, what)) return;
  edge_room& room = self.room;
  queue_.lock();
  // Only a goroutine that leaves its stack can be listed by another.
  const bool itself = me == nullptr || me->pinned.load(memory_order_relaxed);
  if (!finished_ && (itself || waited_ || of_->joins.load(memory_order_relaxed))) list_caller(room, reason, what);
  if (finished_) {
    queue_.unlock();
    return;
  }
  bool unused = false;
  static_cast<void>(
      queue_.park(queue_end::back, reason, what, nullptr, unused, &room, room.made ? &room.edge : nullptr));
}

goroutine* completion::list_waiter() noexcept {
  goroutine* listed = nullptr;
  queue_.lock();
  waited_ = true;
  if (direct_ != nullptr && !static_cast<direct_join*>(direct_)->room.made) {
    listed = static_cast<goroutine*>(direct_->party);
    edge_room& room = static_cast<direct_join*>(direct_)->room;
    room.make(wait_reason::join, listed->object.load(memory_order_relaxed), party_of(*of_));
    room.edge.list_for(*listed);
  }
  wait_node* const first = queue_.list().front();
  if (first != nullptr && first->slot != nullptr && first->edge == nullptr) {
    auto& who = *static_cast<goroutine*>(first->who->party);  // parked: it has freed this lock from another stack
    auto& room = *static_cast<edge_room*>(first->slot);
    room.make(wait_reason::join, who.object.load(memory_order_relaxed), party_of(*of_));
    room.edge.list_for(who);
    first->edge = &room.edge;
    listed = &who;
  }
  queue_.unlock();
  return listed;
}

wait_end completion::wait(const wait_limit& limit, wait_reason reason, const void* what) {
  if (limit.called_off()) return wait_end::cancelled;
  queue_.lock();
  wait_end end = wait_end::completed;
  if (!finished_) {
    if (limit.passed()) {
      end = wait_end::timed_out;
    } else {
      bool unused = false;
      end = queue_.park_at_back(reason, what, limit, unused);
      if (end == wait_end::completed) return end;
    }
  }
  queue_.unlock();
  return end;
}

void completion::finish_at_end() noexcept {
  waiter* const direct = direct_;
  if (direct != nullptr && queue_.list().empty()) [[likely]] {
    finished_ = true;
  } else {
    finish();  // who joins besides does what is forbidden, and is to learn of it
  }
  if (direct == nullptr) return;
  edge_room& room = static_cast<direct_join*>(direct)->room;
  if (room.made) room.edge.let_go();
  ready_at_end(*direct);
}

void completion::finish() noexcept {
  queue_.lock();
  finished_ = true;
  queue_.release_all(true);
}

}  // namespace weft::detail
