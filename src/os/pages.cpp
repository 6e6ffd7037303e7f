// SPDX-License-Identifier: Apache-2.0
//
// A large mapping is aligned to a small page only, so twice as much is asked for and the ends are given back.
#include "os/pages.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace weft::detail {
namespace {

constexpr int populate_write = 23;  // MADV_POPULATE_WRITE; older headers do not know it

std::uintptr_t size_of_page() noexcept {
  static const auto size = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

}  // namespace

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

void unmap_large_page(std::byte* page) noexcept { ::munmap(page, large_page); }

void* map_zeros(std::size_t size) noexcept {
  void* const mapped =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return mapped == MAP_FAILED ? nullptr : mapped;
}

void unmap_zeros(void* memory, std::size_t size) noexcept { ::munmap(memory, size); }

void bring_page(std::byte* address) noexcept {
  const int saved = errno;
  const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(address) / size_of_page() * size_of_page();
  ::madvise(reinterpret_cast<void*>(begin), size_of_page(), populate_write);
  errno = saved;
}

void discard_pages(std::byte* from, std::byte* to) noexcept {
  const std::uintptr_t page = size_of_page();
  const std::uintptr_t begin = (reinterpret_cast<std::uintptr_t>(from) + page - 1) / page * page;
  const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(to) / page * page;
  if (end > begin) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace weft::detail
