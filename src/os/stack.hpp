// SPDX-License-Identifier: Apache-2.0
//
// Memory for the stacks of goroutines: address space is reserved in large regions, memory is committed by touching it,
// and a stack that is given back is the next one taken, still warm.
//
// Two kinds. take_stack hands out slots of one size from an arena (stack.cpp); map_stack maps one of any size
// (mapped_stack.cpp). Both have a guard below their lowest byte, of the best kind that the kernel offers.
//
// All functions may be called from any thread. None of them parks.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::detail {

/// `size` usable bytes that end below `top`. The guard lies below them and is not counted.
struct stack {
  std::byte* top = nullptr;  // one past the highest byte, a multiple of 16
  std::size_t size = 0;

  [[nodiscard]] std::byte* low() const noexcept { return top - size; }
  [[nodiscard]] bool holds(const void* address) const noexcept {
    auto* byte = static_cast<const std::byte*>(address);
    return byte >= low() && byte < top;
  }
};

/// Bytes of address space from one slot of the arena to the next. 256 KiB lets 8 stacks share a page-table page.
inline constexpr std::size_t stack_stride = 256 * 1024;
inline constexpr std::size_t largest_stack = std::size_t{1} << 30;

/// What lies below a stack.
enum class guard_kind : std::uint8_t {
  marker,   // MADV_GUARD_INSTALL (Linux 6.13): in the page table, costs no mapping
  mapping,  // a page without access rights: two mappings per stack, so only for a limited number
  canary,   // a page that must be zero when the stack is given back: an overflow is found late
};

struct stack_summary {
  guard_kind best;            // what new stacks get while it lasts
  std::size_t in_use;         // taken or mapped, and not given back
  std::size_t idle;           // given back and kept, with their memory
  std::size_t reserved;       // slots that address space is reserved for
  std::size_t without_guard;  // slots whose guard is a canary
};

[[nodiscard]] stack_summary stack_report() noexcept;

/// A stack of the default size, the one given back last if there is one. On failure {nullptr, 0} and errno.
[[nodiscard]] stack take_stack() noexcept;
void give_stack(stack s) noexcept;

/// The same for up to `n` at once; returns how many. Fewer than `n` means that memory ran out, and errno says how.
[[nodiscard]] std::size_t take_stacks(stack* out, std::size_t n) noexcept;
void give_stacks(const stack* given, std::size_t n) noexcept;

/// A stack of at least `bytes` (rounded up to pages; at most largest_stack) in a mapping of its own. On failure
/// {nullptr, 0} and errno.
[[nodiscard]] stack map_stack(std::size_t bytes) noexcept;
void unmap_stack(stack s) noexcept;

[[nodiscard]] std::size_t stacks_in_use() noexcept;

/// Gives the memory of idle stacks back to the system, except for the `keep` that were used last.
void trim_stacks(std::size_t keep) noexcept;

/// The stack, of either kind and even one that is idle, in whose guard the address lies; {nullptr, 0} if there is none.
/// Async-signal-safe; it waits for nothing.
[[nodiscard]] stack stack_guarded_at(const void* address) noexcept;

}  // namespace weft::detail
