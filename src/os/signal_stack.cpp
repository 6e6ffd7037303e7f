// SPDX-License-Identifier: Apache-2.0
//
// One alternate stack per thread that runs fibers (declared in overflow.hpp). A signal frame alone takes up to
// _SC_SIGSTKSZ (14.5 KB with AVX-512), and the report of an overflow demangles names with buffers on the stack: 256 KiB
// of which only what is touched costs memory.
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "os/overflow.hpp"

namespace weft::detail {
namespace {

std::size_t wanted_size() noexcept {
  constexpr std::size_t for_reports = 256 * 1024;
  const long frame = ::sysconf(_SC_SIGSTKSZ);
  return for_reports + (frame > 0 ? static_cast<std::size_t>(frame) / 4096 * 4096 : 0);
}

}  // namespace

void enter_thread_signals() noexcept {
  stack_t current{};
  if (::sigaltstack(nullptr, &current) == 0 && (current.ss_flags & SS_DISABLE) == 0) return;  // somebody else's: keep
  const std::size_t size = wanted_size();
  void* memory =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) return;  // an overflow on this thread will be a bare SIGSEGV
  stack_t mine{};
  mine.ss_sp = memory;
  mine.ss_size = size;
  ::sigaltstack(&mine, nullptr);
}

void leave_thread_signals() noexcept {
  stack_t current{};
  if (::sigaltstack(nullptr, &current) != 0 || (current.ss_flags & SS_DISABLE) != 0) return;
  if (current.ss_size != wanted_size()) return;  // not the one that enter_thread_signals made
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  ::sigaltstack(&none, nullptr);
  ::munmap(current.ss_sp, current.ss_size);
}

}  // namespace weft::detail
