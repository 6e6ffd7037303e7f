// SPDX-License-Identifier: Apache-2.0
// floor 2
//
// park, but not for ever: until a deadline, or until a context is cancelled, whichever comes first.
//
// Use. The waiter must be `contended`, because a completer, the deadline and the canceller compete for it. When the
// wait ended otherwise than completed, the caller's nodes may still be linked somewhere: it takes the locks of those
// lists and unlinks them before it returns. Nothing is allocated.
//
// The same rules for every bounded operation
//   1. A context that is cancelled already wins, even if the operation could go on at once (E2).
//   2. A deadline that has passed does not: the operation is tried once before it times out, as in the standard's
//      try_lock_for.
//   3. An operation that has given up has not happened, and takes no part in anything later.
#pragma once

#include <cstdint>

#include "weft/detail/canceller.hpp"
#include "weft/detail/park.hpp"
#include "weft/error.hpp"

namespace weft::detail {

/// How long to wait at most. Made from a context (which converts to it), from a moment, or from both.
struct wait_limit {
  nanoseconds until = never;
  canceller* by = nullptr;  // outlives the wait; null: nobody calls it off

  /// Rule 1: whether the operation must not even be tried.
  [[nodiscard]] bool called_off() const noexcept { return by != nullptr && by->cancelled(); }

  /// Rule 2: whether there is no time left to wait.
  [[nodiscard]] bool passed() const noexcept { return until != never && until <= now(); }
};

enum class wait_end : std::uint8_t { completed, timed_out, cancelled };

/// What an operation that ended so reports; not for `completed`.
[[nodiscard]] inline std::error_code error_of(wait_end end, const wait_limit& limit) noexcept {
  return end == wait_end::cancelled ? limit.by->reason() : errc::timed_out;
}

/// park(who, ...), which see, but at most until the limit; a limit without bounds is for ever. `commit` frees the locks
/// under which the waiter was linked.
[[nodiscard]] wait_end park_within(waiter& who, wait_reason reason, const void* object, commit_function commit,
                                   void* arg, const wait_limit& limit);

}  // namespace weft::detail
