// SPDX-License-Identifier: Apache-2.0
#include "weft/detail/completion.hpp"

#include <optional>

#include "park/goroutine.hpp"
#include "weft/detail/wait_edge.hpp"

namespace weft::detail {

namespace {

/// On the stack of who joins: its edge, once it is listed.
using edge_room = std::optional<wait_edge>;

/// While it lasts, the goroutine joins somebody. Relaxed: see the header.
class joining {
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

}  // namespace

void completion::promise(goroutine& who) noexcept {
  of_ = &who;
  by_ = party_of(who);
}

/// Lock held, which it frees.
void completion::park(wait_reason reason, const void* what, void* room, wait_edge* listed) {
  bool unused = false;
  static_cast<void>(queue_.park(queue_end::back, reason, what, nullptr, unused, room, listed));
}

void completion::wait(wait_reason reason, const void* what) {
  if (of_ != nullptr) {
    join(reason, what);
    return;
  }
  queue_.lock();
  if (finished_)
    queue_.unlock();
  else
    park(reason, what, nullptr, nullptr);
}

void completion::join(wait_reason reason, const void* what) {
  goroutine* const me = current();
  const joining mark(me);
  edge_room room;
  queue_.lock();
  // Only a goroutine that leaves its stack can be listed by another.
  const bool itself = me == nullptr || me->pinned.load(memory_order_relaxed);
  if (!finished_ && (itself || waited_ || of_->joins.load(memory_order_relaxed))) {
    queue_.unlock();
    room.emplace(nullptr, reason, what, by_);
    room->announce();
    queue_.lock();
  }
  if (finished_)
    queue_.unlock();
  else
    park(reason, what, &room, room ? &*room : nullptr);
}

goroutine* completion::list_waiter() noexcept {
  goroutine* listed = nullptr;
  queue_.lock();
  waited_ = true;
  wait_node* const first = queue_.list().front();
  if (first != nullptr && first->slot != nullptr && first->edge == nullptr) {
    auto& who = *static_cast<goroutine*>(first->who->party);  // parked: it has freed this lock from another stack
    auto& room = *static_cast<edge_room*>(first->slot);
    room.emplace(nullptr, wait_reason::join, who.object.load(memory_order_relaxed), by_);
    room->list_for(who);
    first->edge = &*room;
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

void completion::finish() noexcept {
  queue_.lock();
  finished_ = true;
  queue_.release_all(true);
}

}  // namespace weft::detail
