// SPDX-License-Identifier: Apache-2.0
//
// Signals of the process, noted by a handler: which have come, and what is done with each. Who is told of them is
// decided above (src/signal).
#pragma once

#include <cstdint>

namespace weft::detail {

/// Numbers of signals, 1 to 64; number n is bit n - 1.
class signal_set {
 public:
  constexpr signal_set() noexcept = default;
  explicit constexpr signal_set(std::uint64_t bits) noexcept : bits_(bits) {}
  [[nodiscard]] static constexpr signal_set of(int number) noexcept {
    return signal_set(std::uint64_t{1} << (number - 1));
  }

  [[nodiscard]] constexpr bool has(int number) const noexcept { return (*this & of(number)).bits_ != 0; }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  [[nodiscard]] constexpr std::uint64_t bits() const noexcept { return bits_; }
  [[nodiscard]] constexpr signal_set operator|(signal_set other) const noexcept {
    return signal_set(bits_ | other.bits_);
  }
  [[nodiscard]] constexpr signal_set operator&(signal_set other) const noexcept {
    return signal_set(bits_ & other.bits_);
  }
  [[nodiscard]] constexpr signal_set without(signal_set other) const noexcept {
    return signal_set(bits_ & ~other.bits_);
  }

  /// Calls f(number) for each, in ascending order.
  template <class F>
  void for_each(F f) const {
    for (std::uint64_t left = bits_; left != 0; left &= left - 1) f(__builtin_ctzll(left) + 1);
  }

 private:
  std::uint64_t bits_ = 0;
};

/// Those that may be caught: not SIGKILL and SIGSTOP, not those by which the processor reports a fault, and not those
/// that the C library keeps for itself.
[[nodiscard]] signal_set signals_to_catch() noexcept;

// catch_signal, ignore_signal and restore_signal are for one thread at a time. `number` is one to catch.

/// From now on it is noted, and wake() is called in the handler, on any thread. Returns 0 or errno.
[[nodiscard]] int catch_signal(int number, void (*wake)()) noexcept;

/// From now on it does nothing.
void ignore_signal(int number) noexcept;

/// From now on it does what it did before it was first caught or ignored here.
void restore_signal(int number) noexcept;

/// In a forked child, where nobody takes what is noted: what was caught does what it did before, and nothing is noted.
/// Async-signal-safe.
void forget_signals() noexcept;

/// Lets signals that are caught come to the calling thread, whatever mask it was started with, and holds them back
/// again when they are not caught any more. For one thread of the process, which calls it after each change.
void let_caught_signals_in() noexcept;

/// Whether it does nothing at present because somebody asked for that, possibly who started the process.
[[nodiscard]] bool is_ignored_signal(int number) noexcept;

/// Those noted since the last call.
[[nodiscard]] signal_set take_signals() noexcept;

/// Whether signals have been noted and not taken, or are just being noted. If a signal is not caught any more and this
/// says no, it will not be noted.
[[nodiscard]] bool signals_pending() noexcept;

}  // namespace weft::detail
