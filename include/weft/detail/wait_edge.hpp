// SPDX-License-Identifier: Apache-2.0
// floor 2
//
// "This party waits, without a limit, for something that somebody has": an edge of the graph in which deadlocks are
// cycles (decision 0018). Made by locks, tasks, groups, wait_groups and once around their slow path, on the stack of
// the party, and listed under its number (src/park/wait_graph.cpp). An edge says
//   what      the object and the reason, for reports
//   for whom  owner      whoever the object's mark names, now (owner_mark); writer: unless that one only reads
//             party      one party, for ever: the goroutine of a task
//             in_front   the writer that queues for the same lock before this one, or has it by now
//             members    all goroutines that owe something to the object: each of them must do it
// A wait with a limit ends by itself and is no edge. Nor is one for a channel, a condition or a semaphore: nobody can
// say who will end it.
//
// Who opens an edge looks whether it closes a cycle, so a deadlock is found when its last edge comes, by the party that
// brings it, before that party sleeps. There are two ways, and one for those who are found asleep.
//   announce()   before the object's lock is taken, if it is sure that the caller will wait as long as whom it waits
//                for sleeps: locks, once, tasks. Looks, and reports.
//   open()       under the object's lock, after it is decided that the caller waits: groups, wait_groups. Only looks,
//                because a report must not be made under a lock. True: free the lock, call report(), take it again and
//                decide again.
//   list_for(g)  for a goroutine that joins the caller, or somebody on the way to it (completion.hpp). Only lists.
// With an edge all who wait for its party by joining it are listed, too: a join by itself is not.
//
// Happens-before: what a party did before it opened its edge is seen by those who find the edge.
#pragma once

#include <cstdint>

#include "weft/detail/atomic.hpp"
#include "weft/detail/bounded.hpp"
#include "weft/detail/intrusive_list.hpp"
#include "weft/detail/party.hpp"
#include "weft/detail/waiter.hpp"

namespace weft::detail {

enum class wait_target : std::uint8_t { owner, writer, party, in_front, members };

struct wait_edge;

/// The edge in the list of those that owe something to one object.
struct debtor_hook : list_hook {
  wait_edge* edge = nullptr;
};

struct wait_edge : list_hook {
  /// Waits for whoever `mark` names; `target` may be `writer`: unless that one only reads. A null limit: for ever.
  wait_edge(const wait_limit* limit, wait_reason why, const void* what, const owner_mark& mark,
            wait_target how = wait_target::owner) noexcept
      : object(what), owner(&mark), reason(why), target(how), endless(is_endless(limit)) {}

  /// Waits for one party, for ever.
  wait_edge(const wait_limit* limit, wait_reason why, const void* what, party_number waited_for) noexcept
      : object(what), whom(waited_for), reason(why), target(wait_target::party), endless(is_endless(limit)) {}

  /// Waits for one who waits for the same object, in front of it, and is listed there; or for the owner, once that is a
  /// writer.
  wait_edge(const wait_limit* limit, wait_reason why, const void* what, const owner_mark& mark,
            const wait_edge& first) noexcept
      : object(what),
        owner(&mark),
        whom(first.waiting),
        whom_number(first.number),
        reason(why),
        target(wait_target::in_front),
        endless(is_endless(limit)) {}

  /// Waits for all who owe something to `what`.
  wait_edge(const wait_limit* limit, wait_reason why, const void* what) noexcept
      : object(what), reason(why), target(wait_target::members), endless(is_endless(limit)) {}

  wait_edge(const wait_edge&) = delete;
  wait_edge& operator=(const wait_edge&) = delete;
  ~wait_edge() {
    if (waiting != nobody_known) close();
  }

  /// No lock held.
  void announce() {
    if (endless && insert()) report();
  }

  /// The object's lock held. Whether the edge closes a cycle.
  [[nodiscard]] bool open() noexcept { return endless && waiting == nobody_known && insert(); }

  /// For a goroutine that waits, and goes on only after the caller.
  void list_for(goroutine& waiting_one) noexcept;

  /// No lock held: says so, or ends the process, as on_deadlock() was told.
  void report();

  /// Whoever lets the party go says so before anything follows from it; see wait_queue::take().
  void let_go() noexcept { over.store(true, memory_order_release); }

  [[nodiscard]] bool listed() const noexcept { return waiting != nobody_known; }

  [[nodiscard]] static bool is_endless(const wait_limit* limit) noexcept {
    return limit == nullptr || (limit->until == never && limit->by == nullptr);
  }

  // Written before it is listed and under the lock of its shelf; read under that lock, but for the last.
  const void* const object;
  const owner_mark* const owner = nullptr;
  const party_number whom = nobody_known;
  const std::uint64_t whom_number = 0;  // in_front: of that one's edge
  party_number waiting = nobody_known;  // the party; none: not listed
  goroutine* who = nullptr;             // null: a foreign thread
  const void* owes = nullptr;           // what the party owes something to, or null
  std::uint64_t number = 0;             // never given again on the same shelf
  debtor_hook debtor;
  bool told = false;  // part of a cycle that has been told of
  const wait_reason reason;
  const wait_target target;
  const bool endless;
  atomic<bool> over{false};  // the party has been let go; released by let_go()

 private:
  /// Lists it, and those who wait for its party; whether it closes a cycle.
  [[nodiscard]] bool insert() noexcept;
  void list() noexcept;
  void close() noexcept;
};

/// For unlock, when somebody waits: from the first time on that another than its owner unlocks it, an object is taken
/// for a signal, and cycles through it for none. The owner may have the mark of a reader.
void note_unlock(const void* object, party_number owner) noexcept;

}  // namespace weft::detail
