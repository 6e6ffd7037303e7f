// SPDX-License-Identifier: Apache-2.0
//
// The destruction of a lock for which somebody waits is a bug, except in two cases that are none: the run of those who
// wait is over, and they will never run again (G7.2); or the process is ending, and the lock is a static, while
// goroutines still do what they do (G8, G14.1). The second is learned from an exit handler that is set when somebody
// waits for the first time: it runs before the destructors of all statics that were made before that.
//
// Who has given up waits no more, but is on its way to the queue's lock. Its user may know nothing of it yet (a
// condition may go when all are notified), so the destructor lets it get out.
//
// Memory ordering: the exit handler runs on the thread that runs the destructors: relaxed. Whether a waiter is claimed
// is only looked at: what its party does then is ordered by the queue's lock.
#include "sync/destruction.hpp"

#include <cstdlib>

#include "park/goroutine.hpp"
#include "weft/detail/panic.hpp"
#include "weft/detail/park.hpp"
#include "weft/detail/wait_queue.hpp"

namespace weft::detail {

namespace {

atomic<bool> ending{false};  // set by the exit handler

bool left_behind(const waiter& who) noexcept {
  return who.kind != waiter_kind::coroutine && who.party != nullptr &&
         static_cast<const goroutine*>(who.party)->state.load(memory_order_relaxed) == goroutine_state::abandoned;
}

bool has_given_up(const waiter& who) noexcept { return who.claimed.load(memory_order_relaxed) != 0; }

}  // namespace

void watch_for_exit() noexcept {
  [[maybe_unused]] static const int watching = std::atexit([] { ending.store(true, memory_order_relaxed); });
}

bool process_is_ending() noexcept { return ending.load(memory_order_relaxed); }

void wait_queue::forbid_waiters(const char* message) noexcept {
  for (bool leaving = true; leaving && !ending.load(memory_order_relaxed);) {
    leaving = false;
    bool somebody = false;
    lock();
    for (wait_node* node = list_.front(); node != nullptr; node = list_.next(*node)) {
      if (left_behind(*node->who)) continue;
      leaving = leaving || has_given_up(*node->who);
      somebody = somebody || !has_given_up(*node->who);
    }
    unlock();
    if (somebody) panic(message);
    if (leaving) yield();
  }
}

}  // namespace weft::detail
