// SPDX-License-Identifier: Apache-2.0
//
// How much of a stack has been used.
#pragma once

#include <cstddef>

#include "os/stack.hpp"

namespace weft::detail {

/// Bytes from the lowest page that is in memory to the top; 0 if the kernel does not tell. A call of the kernel.
[[nodiscard]] std::size_t touched_bytes(const stack& s) noexcept;

}  // namespace weft::detail
