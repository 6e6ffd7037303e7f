// SPDX-License-Identifier: Apache-2.0
//
// What stack.cpp must know of the stacks that map_stack makes (declared in stack.hpp).
#pragma once

#include <cstddef>

#include "os/stack.hpp"

namespace weft::detail {

[[nodiscard]] std::size_t mapped_stacks() noexcept;

/// As stack_guarded_at, for these stacks; {nullptr, 0} also if the answer cannot be had without waiting.
[[nodiscard]] stack mapped_stack_guarded_at(const void* address) noexcept;

}  // namespace weft::detail
