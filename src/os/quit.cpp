// SPDX-License-Identifier: Apache-2.0
#include "os/quit.hpp"

#include <signal.h>

#include <cerrno>

#include "weft/detail/atomic.hpp"

namespace weft::detail {
namespace {

atomic<void (*)()> ask{nullptr};  // by install_quit_handler; read by the handler

void on_signal(int) {
  const int saved = errno;
  if (auto* call = ask.load()) call();
  errno = saved;
}

}  // namespace

void install_quit_handler(void (*on_quit)()) noexcept {
  ask.store(on_quit);
  restore_quit_handler();
}

void restore_quit_handler() noexcept {
  if (ask.load() == nullptr) return;
  struct sigaction current {};
  if (::sigaction(SIGQUIT, nullptr, &current) != 0) return;
  const bool ours = (current.sa_flags & SA_SIGINFO) == 0 && current.sa_handler == on_signal;
  const bool untouched = (current.sa_flags & SA_SIGINFO) == 0 && current.sa_handler == SIG_DFL;
  if (!ours && !untouched) return;
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_ONSTACK | SA_RESTART;  // a goroutine's stack may be too small for a signal frame
  ::sigaction(SIGQUIT, &action, nullptr);
}

}  // namespace weft::detail
