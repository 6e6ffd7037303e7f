// SPDX-License-Identifier: Apache-2.0
//
// The handler runs on the thread that overflowed, at any instruction: inside malloc, inside printf. So on the way to
// the report nothing allocates or locks; symbols are read from mapped files (symbol.cpp). Demangling does allocate, so
// names are shown as linked unless the function that overflowed is a C++ one: then it is not inside malloc.
//
// Two exceptions, both at the very end: standard output is flushed, because what the program has printed must not be
// lost. stdio's lock is recursive, so if the overflow struck inside stdio the flush works on a half-changed buffer; a
// second fault there ends the process with the same status and no more words.
//
// Other handlers. A fault that is not ours goes to whatever was installed before us (AddressSanitizer's report, the
// program's own). AddressSanitizer also gives each thread an alternate stack and unmaps at its end the one that it
// finds: so a thread that has one keeps it.
#include "os/overflow.hpp"

#include <signal.h>
#include <ucontext.h>
#include <unistd.h>

#include <cstring>

#include "base/report_hook.hpp"
#include "os/stack.hpp"
#include "os/symbol.hpp"
#include "os/walk.hpp"
#include "weft/detail/atomic.hpp"

namespace weft::detail {
namespace {

constexpr int standard_error = 2;
constexpr std::size_t shown_frames = 32;

atomic<overflow_description> description{nullptr};  // by the engine; read by the handler
atomic<bool> installed{false};                      // by install_overflow_handler
struct sigaction previous_segv;                     // before `installed` is true; read by the handler
struct sigaction previous_bus;

struct interrupted {
  void* pc;
  void* fp;
};

interrupted registers_of(const void* machine) noexcept {
  const mcontext_t& m = static_cast<const ucontext_t*>(machine)->uc_mcontext;
#if defined(__x86_64__)
  return {reinterpret_cast<void*>(m.gregs[REG_RIP]), reinterpret_cast<void*>(m.gregs[REG_RBP])};
#else
  return {reinterpret_cast<void*>(m.pc), reinterpret_cast<void*>(m.regs[29])};
#endif
}

void on_second_fault(int) { end_report_unflushed(); }

/// From here on a fault means that the report itself failed.
void expect_second_fault() noexcept {
  struct sigaction action {};
  action.sa_handler = on_second_fault;
  action.sa_flags = SA_NODEFER | SA_ONSTACK;
  ::sigaction(SIGSEGV, &action, nullptr);
  ::sigaction(SIGBUS, &action, nullptr);
  sigset_t faults;
  sigemptyset(&faults);
  sigaddset(&faults, SIGSEGV);
  sigaddset(&faults, SIGBUS);
  pthread_sigmask(SIG_UNBLOCK, &faults, nullptr);
}

void print_frames(void** frames, std::size_t count) noexcept {
  if (count == 0) return;
  const bool in_cpp = std::strncmp(symbol_of(frames[0], naming::as_linked).name, "_Z", 2) == 0;
  for (std::size_t i = 0; i < count; ++i) {
    print_frame(standard_error, frames[i], in_cpp ? naming::demangled : naming::as_linked);
  }
  if (count == shown_frames) write_text(standard_error, "  ...\n");
}

[[noreturn]] void report_overflow(void* address, const stack& bounds, const interrupted& where) noexcept {
  begin_report();
  expect_second_fault();
  write_text(standard_error, "fatal error: stack overflow\n");
  char text[400];
  overflow_description describe = description.load();
  if (describe != nullptr && describe(address, text, sizeof text)) write_format(standard_error, "\n%s\n", text);
  void* frames[shown_frames];
  const std::size_t count = walk_frames(where.pc, where.fp, bounds.low(), bounds.top, frames, shown_frames);
  print_frames(frames, count);
  end_report();
}

/// Lets the default action, which is to end the process, take place when the handler has returned.
void fall_back(int signal, bool sent) noexcept {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  ::sigaction(signal, &action, nullptr);
  if (sent) ::raise(signal);  // blocked until then; a true fault happens again by itself
}

void on_fault(int signal, siginfo_t* info, void* machine) {
  const bool sent = info->si_code <= 0;  // by kill() or the like: there is no fault address
  if (!sent) {
    const stack bounds = stack_guarded_at(info->si_addr);
    if (bounds.top != nullptr) report_overflow(info->si_addr, bounds, registers_of(machine));
  }
  const struct sigaction& previous = signal == SIGBUS ? previous_bus : previous_segv;
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, info, machine);
  } else if (previous.sa_handler == SIG_DFL || previous.sa_handler == SIG_IGN) {
    fall_back(signal, sent);
  } else {
    previous.sa_handler(signal);
  }
}

}  // namespace

void install_overflow_handler(overflow_description describe) noexcept {
  description.store(describe);
  if (installed.exchange(true)) return;
  ::sigaction(SIGSEGV, nullptr, &previous_segv);
  ::sigaction(SIGBUS, nullptr, &previous_bus);
  struct sigaction action {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  ::sigaction(SIGSEGV, &action, nullptr);
  ::sigaction(SIGBUS, &action, nullptr);
}

}  // namespace weft::detail
