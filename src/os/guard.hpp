// SPDX-License-Identifier: Apache-2.0
//
// Guards: what makes running off the low end of a stack stop the program instead of writing into its neighbour.
//
// The best is a guard marker in the page table (MADV_GUARD_INSTALL, Linux 6.13): it costs no mapping, so a million are
// no problem. Without it, a page loses its access rights, which splits a mapping in three: at the default
// vm.max_map_count of 65,530 no more than 32,745 stacks could exist and mmap would fail for the whole program, so we
// take a quarter of that count and leave the rest to others. After that the page is left as it is, readable and zero,
// and looked at when the stack is given back: reading an untouched page maps the kernel's zero page, which costs no
// memory, whereas a word written there would cost a page per stack.
//
// A guard of one page stops what grows page by page. A function with a large frame may step over it, into the stack
// below: so a guard is 32 KiB, which costs address space only, and whoever compiles against weft probes large frames
// (-fstack-clash-protection, cmake/library.cmake). The wide guard is for code that was compiled without.
#pragma once

#include <cstddef>

#include "os/stack.hpp"

namespace weft::detail {

[[nodiscard]] std::size_t page_size() noexcept;

/// Bytes of a guard: a multiple of the page size.
[[nodiscard]] std::size_t guard_size() noexcept;

/// Makes the pages at `low` a guard of the best kind that is still to be had.
[[nodiscard]] guard_kind install_guard(std::byte* low) noexcept;

/// What install_guard would try first now.
[[nodiscard]] guard_kind best_guard() noexcept;

/// Lets a mapping guard that has been unmapped be used elsewhere.
void return_guard(guard_kind kind) noexcept;

/// Whether nobody has written to the page of the `canary` guard at `low` that a stack runs into first.
[[nodiscard]] bool canary_intact(const std::byte* low) noexcept;

/// Leaves out the kinds before `best` from now on. For tests: a machine has one kind only.
void limit_guards(guard_kind best) noexcept;

}  // namespace weft::detail
