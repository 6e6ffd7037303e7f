// SPDX-License-Identifier: Apache-2.0
// floor 0
//
// The one way to say "this is a bug, ours or yours": a message, the goroutine and its stack on standard error, exit
// status 2 (reference G11, G13). Always on. A panic cannot be caught; what can go wrong in a correct program is a
// value or a result<T>.
#pragma once

namespace weft::detail {

/// Ends the process with "panic: <message>". Async-signal-safe apart from flushing stdout.
[[noreturn]] void panic(const char* message) noexcept;

/// Like panic, formatted as by printf; at most 500 characters.
[[noreturn]] void panicf(const char* format, ...) noexcept __attribute__((format(printf, 1, 2)));

/// Ends the process with "fatal error: <message>": the runtime itself cannot go on (deadlock, no memory).
[[noreturn]] void fatal(const char* message) noexcept;
[[noreturn]] void fatalf(const char* format, ...) noexcept __attribute__((format(printf, 1, 2)));

/// An invariant of weft's own. `what` says which, as a sentence.
inline void check(bool holds, const char* what) noexcept {
  if (__builtin_expect(!holds, 0)) panicf("weft: internal invariant broken: %s (please report)", what);
}

}  // namespace weft::detail
