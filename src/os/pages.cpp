// SPDX-License-Identifier: Apache-2.0
//
// A large mapping is aligned to a small page only, so twice as much is asked for and the ends are given back.
#include "os/pages.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace weft::detail {

std::byte* map_large_page() noexcept {
  void* mapped = ::mmap(nullptr, 2 * large_page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  auto* const begin = static_cast<std::byte*>(mapped);
  const std::size_t before = (large_page - reinterpret_cast<std::uintptr_t>(begin) % large_page) % large_page;
  std::byte* const page = begin + before;
  if (before != 0) ::munmap(begin, before);
  ::munmap(page + large_page, large_page - before);
  ::madvise(page, large_page, MADV_HUGEPAGE);  // a wish: without it the pages are small
  return page;
}

void discard_pages(std::byte* from, std::byte* to) noexcept {
  static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const std::uintptr_t begin = (reinterpret_cast<std::uintptr_t>(from) + page - 1) / page * page;
  const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(to) / page * page;
  if (end > begin) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace weft::detail
