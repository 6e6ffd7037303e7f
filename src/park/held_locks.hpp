// SPDX-License-Identifier: Apache-2.0
//
// WEFT_DIAG=locks: which locks each party holds, mutexes, shared_mutexes and units of semaphores, in the order in which
// it took them. What another gives back than took it belongs to nobody known from then on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "weft/detail/party.hpp"
#include "weft/detail/waiter.hpp"

namespace weft::detail {

/// Without padding: that would be copied from wherever the first copy stood, and look like a pointer into it.
struct held_lock {
  std::uintptr_t hidden;    // its address, inverted: a search for pointers must not find it
  wait_reason how : 8;      // what its holder waited for: mutex_lock, rwmutex_lock, rwmutex_rlock, semaphore
  std::int64_t units : 56;  // of a semaphore

  [[nodiscard]] const void* object() const noexcept { return reinterpret_cast<const void*>(~hidden); }
};

static_assert(sizeof(held_lock) == 16);

/// A party has taken it. For what was taken by `who`, and by the caller.
void note_held(const void* object, wait_reason how, party_number who) noexcept;
void note_held(const void* object, wait_reason how, std::int64_t units = 1) noexcept;

/// It is about to be given back: what `who` holds, whoever gives it back; or by the caller, whoever holds it.
void note_left(const void* object, party_number who) noexcept;
void note_left_here(const void* object, std::int64_t units = 1) noexcept;

/// It is gone.
void forget_held(const void* object) noexcept;

[[nodiscard]] std::vector<held_lock> locks_of(party_number who);

/// "mutex 0x7f.., made at server.cpp:41", "2 of semaphore 0x7f..", "shared_mutex 0x7f.. to read".
struct held_text {
  char text[320];
  explicit held_text(const held_lock& held) noexcept;
};

}  // namespace weft::detail
