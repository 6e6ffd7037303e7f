// SPDX-License-Identifier: Apache-2.0
//
// The only place that ends the process (the door to abort and _exit).
//
// A report is: one line "panic: <message>" or "fatal error: <message>", whatever the engine's hook adds (a blank line,
// "goroutine N [running]:", its stack), then standard output is flushed so that what the program printed before is not
// lost, and the exit status is 2, as in Go (reference G11, G13).
//
// States of `reporter`: 0 nobody reports; otherwise the pthread_self() of the thread that does. It goes from 0 to a
// thread once and never back.
//   another thread panics meanwhile   it waits for ever; one report is readable, two interleaved are not
//   the same thread panics again      the report is broken: one short line and out, so that a panic never hangs
//
// A report may get stuck all the same: naming functions takes memory from the heap, whose lock somebody may hold who
// stands still. So an alarm goes off when nothing has been written for `patience`; its handler, on whatever thread,
// lets the engine print what it can without the heap, and ends the process.
//
// Everything goes through write(2) and a buffer on the stack: the heap and stdio may be what is broken. Flushing
// stdout is the one exception, by ftrylockfile, because another thread may hold stdout for ever.
//
// Memory ordering: who reports, and what is written, is seq_cst; that nobody reads is a hint, relaxed.
#include "weft/detail/panic.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/report_hook.hpp"
#include "weft/detail/atomic.hpp"

namespace weft::detail {
namespace {

constexpr int standard_error = 2;
constexpr int failure_status = 2;  // as in Go

atomic<unsigned long> reporter{0};       // by whoever reports first
atomic<report_hook> hook{nullptr};       // by the engine at start; read by the reporter
atomic<report_hook> last_hook{nullptr};  // likewise; read by the alarm's handler
atomic<std::uint64_t> writes{0};         // how often something was
atomic<bool> writing{false};             // waits for whoever reads: that is not being stuck
constexpr unsigned patience = 10;        // seconds

/// The report has not got on since the last time.
void on_alarm(int) noexcept {
  static atomic<std::uint64_t> seen{0};
  static atomic<bool> last_try{false};
  const std::uint64_t now = writes.load();
  ::alarm(patience);
  if (seen.exchange(now) != now || writing.load()) return;
  if (!last_try.exchange(true)) {
    write_text(standard_error, "\nthe report is stuck; what follows needs no memory\n");
    if (const report_hook print = last_hook.load()) print(standard_error);
  }
  end_report_unflushed();
}

void watch_report() noexcept {
  struct sigaction action {};
  action.sa_handler = on_alarm;
  action.sa_flags = SA_ONSTACK;
  if (::sigaction(SIGALRM, &action, nullptr) != 0) return;
  sigset_t alarm_alone;
  sigemptyset(&alarm_alone);
  sigaddset(&alarm_alone, SIGALRM);
  pthread_sigmask(SIG_UNBLOCK, &alarm_alone, nullptr);
  ::alarm(patience);
}

void flush_standard_output() noexcept {
  if (ftrylockfile(stdout) != 0) return;
  writing.store(true);
  fflush_unlocked(stdout);
  writing.store(false);
  funlockfile(stdout);
}

[[noreturn]] void report(const char* kind, const char* message) noexcept {
  begin_report();
  write_text(standard_error, kind);
  write_text(standard_error, message);
  write_text(standard_error, "\n");
  if (report_hook print = hook.load()) print(standard_error);
  end_report();
}

[[noreturn]] void report_format(const char* kind, const char* format, va_list arguments) noexcept {
  char text[501];  // 500: enough for a message of one sentence with a name in it
  std::vsnprintf(text, sizeof text, format, arguments);
  report(kind, text);
}

}  // namespace

void set_report_hook(report_hook print) noexcept { hook.store(print); }
void set_last_report_hook(report_hook print) noexcept { last_hook.store(print); }

void begin_report() noexcept {
  const auto self = static_cast<unsigned long>(pthread_self());
  unsigned long nobody = 0;
  if (reporter.compare_exchange_strong(nobody, self)) {
    watch_report();
    return;
  }
  if (nobody == self) {
    write_text(standard_error, "\npanic during a report\n");
    end_report_unflushed();
  }
  for (;;) ::pause();
}

void give_way_to_report() noexcept {
  const unsigned long who = reporter.load();
  if (who == 0 || who == static_cast<unsigned long>(pthread_self())) return;
  for (;;) ::pause();
}

void forget_report() noexcept { reporter.store(0); }

bool report_begun() noexcept { return reporter.load() != 0; }

void leave_process(int status) { std::exit(status); }

void end_report() noexcept {
  flush_standard_output();
  end_report_unflushed();
}

// Not _exit: ThreadSanitizer would end the process its own way, with another status.
void end_report_unflushed() noexcept {
  for (;;) ::syscall(SYS_exit_group, failure_status);
}

void write_text(int fd, const char* text) noexcept { static_cast<void>(write_bytes(fd, text, std::strlen(text))); }

namespace {

/// Somebody has made the descriptor one that does not block, and it is full. Who does not read for seconds is not
/// waited for again until he has read something. False: he has not.
bool wait_for_room(int fd) noexcept {
  static atomic<bool> given_up{false};
  constexpr int limit_ms = 2000;
  pollfd one{fd, POLLOUT, 0};
  const bool room = ::poll(&one, 1, given_up.load(memory_order_relaxed) ? 0 : limit_ms) > 0;
  given_up.store(!room, memory_order_relaxed);
  return room;
}

}  // namespace

int write_bytes(int fd, const char* bytes, std::size_t size) noexcept {
  const int saved = errno;
  int error = 0;
  writes.fetch_add(1);
  while (size > 0) {
    writing.store(true);
    const ssize_t written = ::write(fd, bytes, size);
    const bool again = written < 0 && (errno == EINTR || (errno == EAGAIN && wait_for_room(fd)));
    writing.store(false);
    if (again) continue;
    if (written <= 0) {
      error = written < 0 ? errno : EIO;
      break;
    }
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
  errno = saved;
  return error;
}

void write_format(int fd, const char* format, ...) noexcept {
  char text[1001];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  write_text(fd, text);
}

void panic(const char* message) noexcept { report("panic: ", message); }
void fatal(const char* message) noexcept { report("fatal error: ", message); }

void panicf(const char* format, ...) noexcept {
  va_list arguments;
  va_start(arguments, format);
  report_format("panic: ", format, arguments);
}

void fatalf(const char* format, ...) noexcept {
  va_list arguments;
  va_start(arguments, format);
  report_format("fatal error: ", format, arguments);
}

}  // namespace weft::detail
