// SPDX-License-Identifier: Apache-2.0
//
// How much of their stacks goroutines have used, by the place where they were started.
#pragma once

#include <cstddef>

#include "park/goroutine.hpp"

namespace weft::detail {

/// With WEFT_DIAG=stacks the size of a new stack, which no other goroutine has used, for each goroutine that asks for
/// none of its own; else 0.
[[nodiscard]] std::size_t fresh_stack_size() noexcept;

/// A goroutine with a stack of its own has ended; before that is given back.
void note_stack_end(const goroutine& g, const stack& memory) noexcept;

}  // namespace weft::detail
