// SPDX-License-Identifier: Apache-2.0
//
// A system call without the C library around it, for the two that a server makes for each request: recv() and send()
// of the library are points of cancellation, and its syscall() moves seven arguments and goes through errno. On other
// machines than x86-64 it is syscall().
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace weft::detail {

/// recvfrom and sendto without a name. The number of bytes, or -errno.
[[gnu::always_inline]] inline long move_bytes(long number, int fd, const void* data, std::size_t size,
                                              int flags) noexcept {
#if defined(__x86_64__)
  long value = number;
  register long r10 __asm__("r10") = flags;
  register long r8 __asm__("r8") = 0;
  register long r9 __asm__("r9") = 0;
  __asm__ __volatile__("syscall"
                       : "+a"(value)
                       : "D"(static_cast<long>(fd)), "S"(data), "d"(size), "r"(r10), "r"(r8), "r"(r9)
                       : "rcx", "r11", "memory");
  return value;
#else
  const long value = ::syscall(number, fd, data, size, flags, nullptr, 0);
  return value < 0 ? -static_cast<long>(errno) : value;
#endif
}

}  // namespace weft::detail
