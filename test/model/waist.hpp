// SPDX-License-Identifier: Apache-2.0
//
// The waist (park.hpp) for models of what stands on it, as small as it can be: a party that parks is its thread, which
// spins, after commit has run: on the same thread or, if there is a `switcher`, on that one's, as in the engines, where
// the party may go on before commit has ended. There is room for one deadline, which fires when a thread of the model
// says so. To be included by one file of a program, before the real code.
#pragma once

#include "model/model.hpp"
#include "park/lock_order.hpp"
#include "weft/detail/canceller.hpp"
#include "weft/detail/park.hpp"
#include "weft/detail/wait_edge.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::model {

/// The deadline that is armed, as in an engine's heap. An execution makes one and points `deadlines` to it.
struct deadline_slot {
  detail::word_lock lock;
  detail::atomic<detail::timer_entry*> armed{nullptr};  // written under lock

  /// It is due, if it is armed.
  void fire() {
    lock.lock();
    detail::timer_entry* const due = armed.load(detail::memory_order_relaxed);
    armed.store(nullptr, detail::memory_order_relaxed);
    detail::waiter* const won = due != nullptr ? due->claim(*due) : nullptr;
    lock.unlock();
    if (won != nullptr) detail::ready(*won);
  }

  /// It is due as soon as it is armed; or nobody arms it any more, which `over` says.
  void fire_when_armed(const detail::atomic<int>& over) {
    wait_until([&] {
      return armed.load(detail::memory_order_relaxed) != nullptr || over.load(detail::memory_order_relaxed) != 0;
    });
    fire();
  }
};

inline deadline_slot* deadlines = nullptr;

/// Runs the commit of one party that parks once.
struct switcher {
  detail::atomic<int> parked{0};
  detail::commit_function commit = nullptr;
  void* arg = nullptr;

  void run() {
    wait_until([&] { return parked.load(detail::memory_order_acquire) != 0; });
    commit(arg);
  }
};

inline switcher* switching = nullptr;

}  // namespace weft::model

namespace weft::detail {

void park(waiter& w, wait_reason, const void*, commit_function commit, void* arg) {
  if (model::switching != nullptr) {
    model::switching->commit = commit;
    model::switching->arg = arg;
    model::switching->parked.store(1, memory_order_release);
  } else {
    commit(arg);
  }
  model::wait_until([&] { return w.awake.load(memory_order_acquire) != 0; });
}

void ready(waiter& w) noexcept { w.awake.store(1, memory_order_release); }

void yield() noexcept {}

nanoseconds now() noexcept { return 0; }

void arm(timer_entry& entry) noexcept {
  model::deadlines->lock.lock();
  model::deadlines->armed.store(&entry, memory_order_relaxed);
  model::deadlines->lock.unlock();
}

bool disarm(timer_entry& entry) noexcept {
  model::deadlines->lock.lock();
  const bool in_time = model::deadlines->armed.load(memory_order_relaxed) == &entry;
  if (in_time) model::deadlines->armed.store(nullptr, memory_order_relaxed);
  model::deadlines->lock.unlock();
  return in_time;
}

void watch_for_exit() noexcept {}

// Diagnosis is left out: no edge is ever listed, no lock watched.
bool wait_edge::insert() noexcept { return false; }
void wait_edge::close() noexcept {}
void wait_edge::report() {}
void note_unlock(const void*, party_number) noexcept {}
bool locks_are_watched() noexcept { return false; }
void note_taken(const void*, party_number, bool) noexcept {}
void note_freed(const void*, party_number) noexcept {}
void forget_lock(const void*) noexcept {}

}  // namespace weft::detail
