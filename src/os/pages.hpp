// SPDX-License-Identifier: Apache-2.0
//
// Memory by the page: large ones, for what grows to many megabytes and is touched from one end to the other (one fault
// then brings in what would take 512, and the faults are what first use costs); and pages that are given back.
#pragma once

#include <cstddef>

namespace weft::detail {

inline constexpr std::size_t large_page = std::size_t{2} << 20;

/// `large_page` bytes of zeros, aligned to that size; in one large page if the system has one to give. Never given
/// back. Null: no memory.
[[nodiscard]] std::byte* map_large_page() noexcept;

/// Below a saved stack pointer so much is in use: the red zone, what switch_context keeps, and signal frames'
/// alignment.
inline constexpr std::size_t discard_margin = 4096;

/// Gives the memory of the whole pages in [from, to) back to the system; they are zero when they are touched again.
void discard_pages(std::byte* from, std::byte* to) noexcept;

}  // namespace weft::detail
