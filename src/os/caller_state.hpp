// SPDX-License-Identifier: Apache-2.0
//
// What a function that has called us, over others, keeps: its registers and where its frame begins.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::detail {

struct caller_state {
  static constexpr std::size_t most_registers = 12;
  const void* pc = nullptr;                    // where it goes on; null: none was found
  const std::byte* sp = nullptr;               // its frame and those of its callers lie from here on
  std::uintptr_t registers[most_registers]{};  // those that calls preserve
  std::size_t count = 0;
};

/// The innermost caller for whose program counter `wanted` says yes; by the unwind tables, some microseconds.
[[nodiscard]] caller_state state_of_caller(bool (*wanted)(void* pc)) noexcept;

}  // namespace weft::detail
