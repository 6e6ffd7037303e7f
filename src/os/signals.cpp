// SPDX-License-Identifier: Apache-2.0
//
// Why no signal is lost when catching ends. The kernel may have chosen our handler for a signal, on some thread, before
// the disposition was changed, and call it after. So there is a second word, `caught`: it has a signal's bit before the
// handler is installed, and until after it has been taken away. A handler that finds the bit notes the signal. One that
// does not, sends it again, to its own thread: when the handler has returned the signal finds the disposition that
// stands there by then, which may be the default and end the process, as it would have done at first.
// (The other order of taking away, bit first, would let such a handler call itself for ever on the very thread that is
// about to change the disposition.)
//
// `inside` counts handlers that may have seen the bit and not noted the signal yet. Whoever was counted there wakes the
// engine after it, so that who found the count above zero need not look again. Both words and `noted` are seq_cst,
// so that of a handler that counts itself and looks at `caught`, and a thread that clears a bit and then looks at
// `inside`, one sees the other (Dekker).
//
// The handler runs on the alternate stack if the thread has one, because a goroutine's own may be short, and lets
// system calls go on (SA_RESTART).
#include "os/signals.hpp"

#include <signal.h>

#include <cerrno>

#include "os/quit.hpp"
#include "weft/detail/atomic.hpp"

namespace weft::detail {
namespace {

atomic<std::uint64_t> caught{0};      // by catch_signal and restore_signal; read by the handler
atomic<std::uint64_t> noted{0};       // by the handler; taken by take_signals
atomic<std::uint32_t> inside{0};      // by the handler
atomic<void (*)()> wake_up{nullptr};  // by catch_signal; read by the handler

/// What a signal did before; `known` tells for which that is. Under the lock of who calls (src/signal).
struct sigaction original[65];
signal_set known;

void on_signal(int number) {
  const int saved = errno;
  inside.fetch_add(1);
  const bool wanted = signal_set(caught.load()).has(number);
  if (wanted) noted.fetch_or(signal_set::of(number).bits());
  inside.fetch_sub(1);
  wake_up.load()();
  if (!wanted) ::raise(number);
  errno = saved;
}

void remember(int number) noexcept {
  if (known.has(number)) return;
  ::sigaction(number, nullptr, &original[number]);
  known = known | signal_set::of(number);
}

}  // namespace

signal_set signals_to_catch() noexcept {
  signal_set all(~std::uint64_t{0});
  for (const int number : {SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP}) {
    all = all.without(signal_set::of(number));
  }
  for (int number = 32; number < SIGRTMIN; ++number) all = all.without(signal_set::of(number));
  return all;
}

int catch_signal(int number, void (*wake)()) noexcept {
  remember(number);
  wake_up.store(wake);
  caught.fetch_or(signal_set::of(number).bits());
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_ONSTACK | SA_RESTART;
  if (::sigaction(number, &action, nullptr) == 0) return 0;
  caught.fetch_and(~signal_set::of(number).bits());
  return errno;
}

void ignore_signal(int number) noexcept {
  remember(number);
  struct sigaction action {};
  action.sa_handler = SIG_IGN;
  ::sigaction(number, &action, nullptr);
  caught.fetch_and(~signal_set::of(number).bits());
}

void restore_signal(int number) noexcept {
  if (!known.has(number)) return;
  ::sigaction(number, &original[number], nullptr);
  caught.fetch_and(~signal_set::of(number).bits());
  known = known.without(signal_set::of(number));
  if (number == SIGQUIT) restore_quit_handler();
}

void forget_signals() noexcept {
  signal_set(caught.load()).for_each(restore_signal);
  noted.store(0);
  inside.store(0);
}

void let_caught_signals_in() noexcept {
  static signal_set seen;    // of the one thread: caught when it last called
  static signal_set lifted;  // and which of these it would hold back
  const signal_set now(caught.load());
  if (now.bits() == seen.bits()) return;
  sigset_t change;
  sigset_t before;
  sigemptyset(&change);
  now.without(seen).for_each([&](int number) { sigaddset(&change, number); });
  ::pthread_sigmask(SIG_UNBLOCK, &change, &before);
  now.without(seen).for_each([&](int number) {
    if (sigismember(&before, number) == 1) lifted = lifted | signal_set::of(number);
  });
  sigemptyset(&change);
  lifted.without(now).for_each([&](int number) { sigaddset(&change, number); });
  ::pthread_sigmask(SIG_BLOCK, &change, nullptr);
  lifted = lifted & now;
  seen = now;
}

bool is_ignored_signal(int number) noexcept {
  struct sigaction current {};
  return ::sigaction(number, nullptr, &current) == 0 && (current.sa_flags & SA_SIGINFO) == 0 &&
         current.sa_handler == SIG_IGN;
}

signal_set take_signals() noexcept { return signal_set(noted.exchange(0)); }

bool signals_pending() noexcept { return inside.load() != 0 || noted.load() != 0; }

}  // namespace weft::detail
