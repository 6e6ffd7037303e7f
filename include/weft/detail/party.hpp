// SPDX-License-Identifier: Apache-2.0
// floor 1
//
// Who holds a lock, written down so cheaply that every lock can do it: a number per party, and a word for the owner's.
//
// A party is a goroutine, under its number (G4), or a foreign thread, under one with the top bit set. Neither is given
// to another later. The number of the party that runs on a thread stands in a thread-local variable, which the engine
// writes at each switch. lock() reads it with two instructions that name the variable: a call would cost as much as
// the rest of an uncontended lock, and a C++ access may be computed from an address that the compiler has kept across a
// switch to another thread (thread_local.hpp). On a foreign thread it is 0 until it is asked for. With
// WEFT_DIAG=locks or lockorder it is 0 always, so that every lock takes the slow way, where what it holds is written
// down.
//
// The mark is written by whoever has the lock: the number when it has become his, 0 before he frees it. In between,
// from the moment a lock changes hands until its new owner has written his number, it says 0: nobody knows. So what
// it says of a party that waits is true (wait_edge.hpp).
//
// Memory ordering. Both stores are relaxed: leave() stands before the release that frees the lock, and take() after the
// acquire that took it, so that they are ordered with those of other owners. who() acquires: pairs with nothing that
// others rely on, and only keeps what is looked at afterwards behind it.
//
// Rejected: the owner in the lock's own word. That makes locking a compare-exchange: 10.4 ns instead of 5.5.
#pragma once

#include <cstdint>

#include "weft/detail/atomic.hpp"

namespace weft::detail {

using party_number = std::uint64_t;

inline constexpr party_number nobody_known = 0;
inline constexpr party_number thread_party = party_number{1} << 63;  // set in the numbers of foreign threads
inline constexpr party_number reader_mark = party_number{1} << 62;   // set in a mark whose owner only reads

#ifdef WEFT_MODEL

/// Models leave it out: nothing but reports depends on it.
class owner_mark {
 public:
  [[nodiscard]] static bool take() noexcept { return true; }
  static void take_slowly() noexcept {}
  static void read_alone(bool) noexcept {}
  static void leave() noexcept {}
  [[nodiscard]] static party_number who() noexcept { return nobody_known; }
};

#else

/// Who the caller is, where the variable does not say.
[[nodiscard]] party_number ask_for_party() noexcept;

/// The number of the calling thread, which is given to it now if it has none.
[[nodiscard]] party_number number_of_thread() noexcept;

/// Where the number of the party that runs on the calling thread is written. For engines.
[[nodiscard]] party_number* party_slot() noexcept;

/// What the variable says.
[[nodiscard]] inline party_number written_party() noexcept {
  party_number number;
#if defined(__x86_64__)
  // In both dialects: a program may be compiled with -masm=intel.
  __asm__ __volatile__(
      "mov {weft_this_party@gottpoff(%%rip), %0|%0, QWORD PTR weft_this_party@gottpoff[rip]}\n\t"
      "mov {%%fs:(%0), %0|%0, QWORD PTR fs:[%0]}"
      : "=r"(number)
      :
      : "memory");
#elif defined(__aarch64__)
  std::uint64_t offset;
  __asm__ __volatile__(
      "mrs %0, tpidr_el0\n\tadrp %1, :gottprel:weft_this_party\n\t"
      "ldr %1, [%1, #:gottprel_lo12:weft_this_party]\n\tldr %0, [%0, %1]"
      : "=&r"(number), "=&r"(offset)
      :
      : "memory");
#else
  number = *party_slot();
#endif
  return number;
}

[[nodiscard]] inline party_number this_party() noexcept {
  const party_number number = written_party();
  return number != nobody_known ? number : ask_for_party();
}

/// Whose a lock is.
class owner_mark {
 public:
  /// The caller has it. False: call take_slowly(), and see whether locks are watched.
  [[nodiscard]] bool take() noexcept {
    const party_number number = written_party();
    number_.store(number, memory_order_relaxed);
    return number != nobody_known;
  }
  void take_slowly() noexcept { number_.store(this_party(), memory_order_relaxed); }

  /// The caller has it as a reader, the only one or one of several, of whom nothing is known.
  void read_alone(bool alone) noexcept { read_by(alone ? this_party() : nobody_known); }

  /// This one has it as the only reader, or nobody knows.
  void read_by(party_number who) noexcept {
    number_.store(who != nobody_known ? who | reader_mark : nobody_known, memory_order_relaxed);
  }

  /// Before the owner frees it.
  void leave() noexcept { number_.store(nobody_known, memory_order_relaxed); }

  [[nodiscard]] party_number who() const noexcept { return number_.load(memory_order_acquire); }

 private:
  atomic<party_number> number_{nobody_known};
};

#endif

}  // namespace weft::detail
