// SPDX-License-Identifier: Apache-2.0
//
// Memory by the page: large ones, for what grows to many megabytes and is touched from one end to the other (one fault
// then brings in what would take 512, and the faults are what first use costs); zeros for a while; and pages that are
// given back.
#pragma once

#include <cstddef>

namespace weft::detail {

inline constexpr std::size_t large_page = std::size_t{2} << 20;

/// `large_page` bytes of zeros, aligned to that size; in one large page if the system has one to give. Null: no memory.
[[nodiscard]] std::byte* map_large_page() noexcept;
void unmap_large_page(std::byte* page) noexcept;

/// Zeros for as long as they are needed, and not for the heap: for what must work when that does not, and for what is
/// large and perhaps never touched. Null: no memory.
[[nodiscard]] void* map_zeros(std::size_t size) noexcept;
void unmap_zeros(void* memory, std::size_t size) noexcept;

/// Brings in the page that this address is in, which is about to be written to: a system call costs less than the fault
/// would. A wish: nothing happens if there is no memory, or the kernel is older than 5.14.
void bring_page(std::byte* address) noexcept;

/// Below a saved stack pointer so much is in use: the red zone, what switch_context keeps, and signal frames'
/// alignment.
inline constexpr std::size_t discard_margin = 4096;

/// Gives the memory of the whole pages in [from, to) back to the system; they are zero when they are touched again.
void discard_pages(std::byte* from, std::byte* to) noexcept;

}  // namespace weft::detail
