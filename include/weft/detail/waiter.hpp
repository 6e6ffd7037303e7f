// SPDX-License-Identifier: Apache-2.0
// floor 2
//
// What a blocked party leaves behind for those who will wake it.
//
// A `waiter` is one blocking operation of one party. It lives on the party's own stack (for a coroutine: in its
// frame), so that blocking allocates nothing. A `wait_node` is the waiter's entry in one wait list; a select has one
// waiter and a node per case.
//
// Who owns a waiter
//   1. Until it is published (its first node linked, or its timer armed) the party owns it.
//   2. While linked, the list's lock guards the node.
//   3. Whoever completes the operation must own the right to do so. With one node and no timer, unlinking the node
//      under the list's lock is that right. A waiter that several may complete (select, deadline, cancel) is
//      `contended`, and the right goes to the one whose claim() returns true. Losers leave the waiter alone.
//   4. The owner of that right may write `winner` and the node's slot, then calls ready(waiter): its last touch.
//      After ready() the party may have returned and the waiter may be gone.
//
// Kinds (all complete each other freely; channels and locks never ask which one it is)
//   goroutine  parked by park(); ready() puts it in a run queue.
//   thread     any other OS thread: sleeps on the futex word `awake`.
//   coroutine  a C++20 coroutine: ready() resumes its handle on a worker.
//
// Memory ordering: claim() is acq_rel so that the winner sees what the party published, and the party (who reads
// `claimed` only after it has been woken) sees one winner. `awake` is released by ready() and acquired by the sleeper.
#pragma once

#include <cstdint>

#include "weft/detail/atomic.hpp"
#include "weft/detail/intrusive_list.hpp"

namespace weft::detail {

enum class waiter_kind : std::uint8_t { goroutine, thread, coroutine };

/// Why a party is blocked; the texts (park/wait_reason.cpp) are those of Go's dumps (reference D5).
enum class wait_reason : std::uint8_t {
  none,
  chan_receive,
  chan_send,
  chan_receive_nil,
  chan_send_nil,
  select,
  select_no_cases,
  sleep,
  mutex_lock,
  rwmutex_rlock,
  rwmutex_lock,
  wait_group,
  once,
  condition,
  semaphore,
  join,
  io_wait,
  blocking_call,
  group_wait,
  barrier,
  other
};

[[nodiscard]] const char* text(wait_reason reason) noexcept;

/// What it waits for, in weft's words: "chan", "shared_mutex"; empty if that is no object of weft's.
[[nodiscard]] const char* kind_of_object(wait_reason reason) noexcept;

struct waiter;
struct wait_edge;

/// A waiter's entry in one wait list.
struct wait_node : list_hook {
  waiter* who = nullptr;      // set before it is linked, never changed
  wait_edge* edge = nullptr;  // what the wait is in the graph of waits, or null (wait_edge.hpp)
  void* slot = nullptr;       // where a value comes from or goes to; the completer's after the claim
  std::uint32_t index = 0;    // which case of a select; of a wait for a descriptor which direction
  bool ok = false;            // written by the completer: a value was moved (false: the channel was closed)
};

struct waiter {
  void* party = nullptr;             // goroutine record or coroutine address; set by park() before publication
  wait_node* winner = nullptr;       // written by the completer, read by the party after it was woken; null: by a timer
  atomic<std::uint32_t> claimed{0};  // 0 open, 1 claimed; only used when contended
  atomic<std::uint32_t> awake{0};    // thread kind: the futex word
  waiter_kind kind = waiter_kind::goroutine;
  bool contended = false;  // more than one could complete it: claim() decides

  /// The right to complete this operation; exactly one caller gets it (kind: compare-exchange by exchange, 0 to 1).
  [[nodiscard]] bool claim() noexcept { return !contended || claimed.exchange(1, memory_order_acq_rel) == 0; }
};

using wait_list = intrusive_list<wait_node>;

}  // namespace weft::detail
