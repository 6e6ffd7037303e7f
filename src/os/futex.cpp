// SPDX-License-Identifier: Apache-2.0
#include "os/futex.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <ctime>

#include "os/fiber_annotations.hpp"

namespace weft::detail {

static_assert(sizeof(atomic<std::uint32_t>) == 4, "the kernel looks at the word itself");

// ThreadSanitizer runs a signal's handler not when the signal comes but at the thread's next atomic operation, and the
// kernel resumes a wait without a timeout after a signal (SA_RESTART): for ever. So for it every wait has one.
bool futex_wait(atomic<std::uint32_t>& word, std::uint32_t expected, std::int64_t timeout_ns) noexcept {
  constexpr std::int64_t very_long = INT64_MAX / 2;
  if (tsan_on && timeout_ns < 0) timeout_ns = very_long;
  timespec limit;
  timespec* timeout = nullptr;
  if (timeout_ns >= 0) {
    limit.tv_sec = timeout_ns / 1'000'000'000;
    limit.tv_nsec = timeout_ns % 1'000'000'000;
    timeout = &limit;
  }
  const runtime_section inside;  // errno is the thread's, not the goroutine's
  const int saved = errno;
  const long result = ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, timeout, nullptr, 0);
  const bool timed_out = result != 0 && errno == ETIMEDOUT;
  errno = saved;
  return timed_out;
}

int futex_wake(atomic<std::uint32_t>& word, int count) noexcept {
  const runtime_section inside;
  const int saved = errno;
  const long woken = ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
  errno = saved;
  return woken < 0 ? 0 : static_cast<int>(woken);
}

}  // namespace weft::detail
