// SPDX-License-Identifier: Apache-2.0
//
// The place of a descriptor's number in the books of watch.cpp, which says what it is and who owns what; here, because
// each operation of a socket reads from it, and reads once are not worth a call.
//
// The seat. Who waits first waits on the place itself: his node and his waiter stand beside the lists. So the poller,
// which completes a hundred waits at a time, looks at two lines for each and at no stack: every stack is a page of its
// own, and in a server with many connections each look at one is a miss of the TLB. Others who wait at the same time
// keep theirs on their stacks, as everywhere else. The seat is its holder's until he has left; one whose run ends while
// he sits never leaves, and then it stays taken: somebody may still have a pointer to his waiter.
#pragma once

#include "weft/detail/atomic.hpp"
#include "weft/detail/waiter.hpp"
#include "weft/detail/watch.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {

/// What who waits in a seat will do when there is something to read. Who takes him may do it for him: until he is made
/// ready all of it is the taker's.
struct wanted_read {
  void* data;
  std::uint32_t size;
  bool done = false;
  std::uint32_t seen = 0;  // changes_of() before it was done
  std::int64_t value = 0;  // bytes, or -errno
};

struct alignas(64) watched {
  word_lock lock;
  std::uint32_t generation = 0;
  int fd = -1;
  atomic<std::uint32_t> changes[2]{};   // written under the lock
  atomic<bool> told_of_end{false};      // written under the lock
  atomic<bool> seated{false};           // set under the lock, cleared by who sits
  atomic<const void*> object{nullptr};  // what stands for it in reports, or null; written under the lock
  wait_list waiting;                    // both directions; a node's index says which
  wait_node node;                       // the seat; its slot is the wanted_read, or null
  waiter who;                           // the seat
};

static_assert(sizeof(watched) == 128);

[[nodiscard]] inline std::size_t index_of(readiness what) noexcept { return static_cast<std::size_t>(what); }

/// changes_of(), inline.
[[nodiscard]] inline std::uint32_t changes_in(watch_id id, readiness what) noexcept {
  return id.at->changes[index_of(what)].load(memory_order_acquire);  // pairs with count_change()
}

/// Whether the poller has told, in this registration, of the other side's end, of an error, or of urgent data. Each may
/// have come with the same change as bytes did. To be asked after changes_in().
[[nodiscard]] inline bool has_told_of_end(watch_id id) noexcept {
  return id.at->told_of_end.load(memory_order_relaxed);  // pairs with nothing: ordered by the count
}

/// What reports name as the thing waited for, in place of the place, as long as the registration lasts.
void name_watched(watch_id id, const void* object) noexcept;

}  // namespace weft::detail
