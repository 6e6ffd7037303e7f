// SPDX-License-Identifier: Apache-2.0
//
// Memory from the system. In large pages, for what grows to many megabytes and is touched from one end to the other:
// one fault then brings in what would take 512, and the faults are what first use costs. In small ones for the rest.
#pragma once

#include <cstddef>

namespace weft::detail {

inline constexpr std::size_t large_page = std::size_t{2} << 20;

/// `large_page` bytes of zeros, aligned to that size; in one large page if the system has one to give. Never given
/// back. Null: no memory.
[[nodiscard]] std::byte* map_large_page() noexcept;

/// Zeros for as long as they are needed, and not for the heap: for what must work when that does not, and for what is
/// large and perhaps never touched. Null: no memory.
[[nodiscard]] void* map_zeros(std::size_t size) noexcept;
void unmap_zeros(void* memory, std::size_t size) noexcept;

}  // namespace weft::detail
