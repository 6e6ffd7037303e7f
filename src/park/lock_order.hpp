// SPDX-License-Identifier: Apache-2.0
//
// WEFT_DIAG=locks: which locks each party holds (held_locks.hpp). WEFT_DIAG=lockorder: and which are taken while others
// are held. Two locks that are taken in both orders can
// deadlock, whether they have or not; it is reported when the second order is seen for the first time.
#pragma once

#include "weft/detail/party.hpp"

namespace weft::detail {

/// Whether WEFT_DIAG says so. The same during the life of a process.
[[nodiscard]] bool locks_are_watched() noexcept;

/// The caller has taken a lock. `may_have_waited`: for ever, if need be; else it is held, but closes no circle.
void note_taken(const void* lock, party_number who, bool may_have_waited) noexcept;

/// It is about to be freed; `owner` took it, whoever frees it.
void note_freed(const void* lock, party_number owner) noexcept;

/// It is destroyed.
void forget_lock(const void* lock) noexcept;

}  // namespace weft::detail
