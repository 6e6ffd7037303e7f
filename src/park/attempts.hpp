// SPDX-License-Identifier: Apache-2.0
//
// WEFT_DIAG=livelock: who has tried what in vain, and who had it meanwhile (weft/detail/attempt.hpp, decision 0021).
#pragma once

#include <cstddef>
#include <cstdint>

#include "park/goroutine.hpp"
#include "weft/detail/attempt.hpp"
#include "weft/detail/party.hpp"

namespace weft::detail {

/// A party has got so many units of it, in that way; or gives them back. For held_locks.cpp. `foreign`: it gives back
/// what it had not got, so that the object is a signal rather than a lock.
void note_got(const void* object, wait_reason how, party_number who, std::int64_t units) noexcept;
void note_given_back(const void* object, party_number who, std::int64_t units, bool foreign) noexcept;

/// Somebody who waited for it has been given it and does not know yet; he does, and it is noted that he has it. Between
/// the two nobody is told of because of this object. For semaphores and shared_mutexes, under their locks; who has a
/// mutex is known if anybody is.
void note_on_its_way(const void* object) noexcept;
void note_arrived(const void* object) noexcept;

/// What one party wants and does not get.
struct vain_party {
  static constexpr std::size_t most_holders = 4;

  party_number who = nobody_known;
  goroutine* record = nullptr;  // null: a foreign thread
  const void* object = nullptr;
  wait_reason how = wait_reason::none;
  bool waits = false;       // for it, without a limit, instead of trying
  std::uint64_t tries = 0;  // since then
  nanoseconds lasted = 0;   // since when until now
  std::size_t holders = 0;  // who had it during that time; more than there is room for are counted only
  party_number held_by[most_holders] = {};
};

/// Those who keep each other from what they want: a circle of holders, or all who miss each other at a channel.
struct livelock {
  static constexpr std::size_t most_told = 16;

  vain_party parties[most_told];
  std::size_t told = 0;
  std::size_t length = 0;
  bool misses = false;      // at a channel
  nanoseconds lasted = 0;   // what is true of all of them: for so long
  std::uint64_t tries = 0;  // or, where time stands still, so often
  bool by_count = false;    // it does, or is not asked for

  // Where the party stands that tells; innermost first. null: a foreign thread.
  void* const* frames = nullptr;
  std::size_t depth = 0;
};

/// The party that has tried this in vain looks whether it is part of a livelock that has not been told of. With `found`
/// that is written down, and counts as told.
[[nodiscard]] bool find_livelock(const void* object, wait_reason how, livelock* found) noexcept;

/// Reports what the caller is part of, as on_livelock() was told (livelock_report.cpp). No lock held.
void report_livelock(const void* object, wait_reason how);

}  // namespace weft::detail
