// SPDX-License-Identifier: Apache-2.0
//
// mincore says which pages are in memory. What has been swapped out does not count, and what was only read does.
#include "os/touched.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "os/guard.hpp"

namespace weft::detail {

std::size_t touched_bytes(const stack& s) noexcept {
  if (s.top == nullptr) return 0;
  const int saved = errno;
  const std::size_t page = page_size();
  const auto top = reinterpret_cast<std::uintptr_t>(s.top);
  auto at = reinterpret_cast<std::uintptr_t>(s.low()) / page * page;
  unsigned char in_memory[256];
  std::size_t found = 0;
  while (at < top && found == 0) {
    const std::size_t pages = std::min<std::size_t>((top - at + page - 1) / page, sizeof in_memory);
    if (::mincore(reinterpret_cast<void*>(at), pages * page, in_memory) != 0) break;
    for (std::size_t i = 0; i < pages && found == 0; ++i) {
      if ((in_memory[i] & 1) != 0) found = top - (at + i * page);
    }
    at += pages * page;
  }
  errno = saved;
  return found;
}

}  // namespace weft::detail
