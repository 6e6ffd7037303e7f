// SPDX-License-Identifier: Apache-2.0
//
// Reading memory of this process that may not be there, or that others write meanwhile.
#pragma once

#include <cstddef>

namespace weft::detail {

/// Copies `size` bytes, or as many of them as can be read from the beginning on; returns how many. The kernel does it:
/// neither faults nor sanitizers take notice. 0 where a sandbox forbids that.
std::size_t copy_memory(const void* from, void* to, std::size_t size) noexcept;

}  // namespace weft::detail
