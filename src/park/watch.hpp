// SPDX-License-Identifier: Apache-2.0
//
// What an engine does for those who wait for descriptors (weft/detail/watch.hpp): it asks the kernel now and then,
// while somebody waits, and makes ready whom the events complete; park/watch.cpp keeps the books.
#pragma once

#include <cstddef>

#include "os/epoll.hpp"
#include "weft/detail/waiter.hpp"
#include "weft/detail/watch.hpp"

namespace weft::detail {

// ---- from the engine -----------------------------------------------------------------------------------------------

/// Somebody is about to wait for a descriptor: from here on the engine asks. May be called on any thread.
void watch_wait_begins();

/// So many waits are over; for each one that has begun exactly once. May be called under a word lock.
void watch_waits_end(std::size_t n) noexcept;

/// The caller is about to make a system call, after which it will wait soon: what runs then is fetched into the cache
/// meanwhile. A hint. For any thread.
void fetch_next_turn() noexcept;

// ---- for the engine ------------------------------------------------------------------------------------------------

/// The set that all descriptors are registered in; null before the first.
[[nodiscard]] epoll_set* watch_set() noexcept;

inline constexpr std::size_t most_events = 128;

/// Of those who have been taken, whoever wants something read, and sits in a seat.
struct seated_readers {
  watched* at[most_events];
  std::size_t n = 0;
};

/// Takes those whom the events complete, who are the caller's to make ready, by wake_taken(). At most `most_events`.
void take_watchers(const poll_event* events, std::size_t n, wait_list& taken,
                   seated_readers* readers = nullptr) noexcept;
void wake_taken(wait_list& taken) noexcept;

/// At the end of a run: forgets the waits of its goroutines. Those of foreign threads stay.
void forget_watchers() noexcept;

}  // namespace weft::detail
