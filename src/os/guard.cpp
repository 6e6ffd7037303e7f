// SPDX-License-Identifier: Apache-2.0
#include "os/guard.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>

#include "weft/detail/atomic.hpp"

namespace weft::detail {
namespace {

constexpr int guard_install = 102;  // MADV_GUARD_INSTALL; glibc 2.36 does not know it

atomic<guard_kind> best{guard_kind::marker};  // only grows worse: by install_guard when the kernel refuses
atomic<long> mappings_used{0};                // by install_guard and return_guard

/// How many stacks may have a guard that splits a mapping: two mappings each, half of the mappings for us.
long mapping_budget() noexcept {
  static const long budget = [] {
    char text[32] = {};
    const int fd = ::open("/proc/sys/vm/max_map_count", O_RDONLY | O_CLOEXEC);
    const ssize_t length = fd < 0 ? 0 : ::read(fd, text, sizeof text - 1);
    if (fd >= 0) ::close(fd);
    constexpr long kernel_default = 65530;
    return (length > 0 ? std::atol(text) : kernel_default) / 4;
  }();
  return budget;
}

/// Some emulators (qemu-user 7.2) answer yes to advice that they do not know, so the marker is tried out: a system call
/// that is to write through it must fail.
bool markers_work() noexcept {
  static const bool work = [] {
    void* page = ::mmap(nullptr, page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return false;
    const bool faults = ::madvise(page, page_size(), guard_install) == 0 && ::uname(static_cast<utsname*>(page)) != 0;
    ::munmap(page, page_size());
    return faults;
  }();
  return work;
}

bool install_mapping(std::byte* low) noexcept {
  if (mappings_used.fetch_add(1) < mapping_budget() && ::mprotect(low, guard_size(), PROT_NONE) == 0) return true;
  mappings_used.fetch_sub(1);
  return false;
}

bool install(guard_kind kind, std::byte* low) noexcept {
  switch (kind) {
    case guard_kind::marker:
      return markers_work() && ::madvise(low, guard_size(), guard_install) == 0;
    case guard_kind::mapping:
      return install_mapping(low);
    case guard_kind::canary:
      break;
  }
  return true;  // pages that nobody has touched are a canary
}

}  // namespace

std::size_t page_size() noexcept {
  static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

std::size_t guard_size() noexcept {
  constexpr std::size_t enough = std::size_t{32} * 1024;
  static const std::size_t size = enough > page_size() ? enough : page_size();
  return size;
}

guard_kind install_guard(std::byte* low) noexcept {
  const int saved = errno;
  guard_kind kind = best.load();
  while (!install(kind, low)) {
    // For good: a kernel does not learn, and a program that is short of mappings stays so.
    const guard_kind worse = kind == guard_kind::marker ? guard_kind::mapping : guard_kind::canary;
    if (best.compare_exchange_strong(kind, worse)) kind = worse;
  }
  errno = saved;
  return kind;
}

guard_kind best_guard() noexcept {
  const guard_kind kind = best.load();
  return kind == guard_kind::marker && !markers_work() ? guard_kind::mapping : kind;
}

void return_guard(guard_kind kind) noexcept {
  if (kind == guard_kind::mapping) mappings_used.fetch_sub(1);
}

bool canary_intact(const std::byte* low) noexcept {
  std::uint64_t written = 0;
  const auto* words = reinterpret_cast<const std::uint64_t*>(low + guard_size() - page_size());
  for (std::size_t i = 0; i < page_size() / sizeof *words; ++i) written |= words[i];
  return written == 0;
}

void limit_guards(guard_kind kind) noexcept { best.store(kind); }

}  // namespace weft::detail
