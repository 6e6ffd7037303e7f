// SPDX-License-Identifier: Apache-2.0
// floor 4
//
// Something that happens once, and those who wait for it: the end of a task's function, of a flight (singleflight), of
// what a once runs.
//
// Whoever owns the object may free it when it has held the queue's lock and seen `finished_`, which is what wait()
// does: by then finish(), whose last touch is to free that lock, is out of it.
//
// A join is an edge of the graph of waits (wait_edge.hpp), but it happens so often that it is not listed when it
// begins. Who joins, J, leaves room for the edge on its stack. The goroutine that is joined, T, lists it there when T
// itself begins a wait that is listed, and so does T's joiner with its own, and so on (list_waiter()). J lists itself,
// at once, only if T has ever begun such a wait, or joins somebody at this moment: only then can J close a circle. Both
// look under this lock, so whoever comes second sees the first.
//
// A task that nobody has seen but who has spawned it, and that he joins, begins at once on his worker
// (park_until_end()). Then it alone knows of him, `direct_`, and no lock is needed: he is there until its last act.
//
// Two that join each other are the exception: neither begins a wait that is listed. Each first sets its own `joins`
// and then reads the other's. On x86-64 the exchange that takes the lock keeps these in order; elsewhere two that do
// it within the same nanoseconds can miss each other, and are found when the run ends (D9), or nobody can go on (D1).
#pragma once

#include "weft/detail/wait_queue.hpp"

namespace weft::detail {

class completion {
 public:
  completion() noexcept = default;
  completion(const completion&) = delete;
  completion& operator=(const completion&) = delete;

  /// Before others know of it: whose last act finish() will be, or never.
  void promise(goroutine& who) noexcept {
    of_ = &who;
    number_ = id_of(&who);
  }

  /// Blocks until finish(). What was done before finish() happens before the return. `what` is what reports name.
  void wait(wait_reason reason, const void* what);

  /// The same within a limit; a limit whose time has passed looks once.
  [[nodiscard]] wait_end wait(const wait_limit& limit, wait_reason reason, const void* what);

  /// Lets all go, for ever. To be called once.
  void finish() noexcept;

  /// The same as the last act of the promised goroutine.
  void finish_at_end() noexcept;

  /// While the promised goroutine waits, or is about to: has the goroutine listed that waits here without a limit, and
  /// returns it. Null: none does, or it is listed already, or will list itself.
  [[nodiscard]] goroutine* list_waiter() noexcept;

 private:
  struct edge_room;
  class joining;
  struct direct_join;

  void wait_for_anybody(wait_reason reason, const void* what);
  void list_caller(edge_room& room, wait_reason reason, const void* what);

  [[no_unique_address]] wait_queue queue_;
  bool finished_ = false;     // under the queue's lock, as the next
  bool waited_ = false;       // the promised goroutine has begun a wait that is listed
  goroutine* of_ = nullptr;   // who was promised; written once
  std::uint64_t number_ = 0;  // and its number: the record is another's when it has ended
  waiter* direct_ = nullptr;  // the joiner that made it begin, part of a direct_join; written before it begins
};

}  // namespace weft::detail
