// SPDX-License-Identifier: Apache-2.0
//
// Memory in large pages, for what grows to many megabytes and is touched from one end to the other: one fault then
// brings in what would take 512, and the faults are what first use costs.
#pragma once

#include <cstddef>

namespace weft::detail {

inline constexpr std::size_t large_page = std::size_t{2} << 20;

/// `large_page` bytes of zeros, aligned to that size; in one large page if the system has one to give. Null: no memory.
[[nodiscard]] std::byte* map_large_page() noexcept;
void unmap_large_page(std::byte* page) noexcept;

}  // namespace weft::detail
