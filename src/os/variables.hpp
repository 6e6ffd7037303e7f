// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::detail {

struct variable {
  std::uintptr_t address = 0;
  std::size_t size = 0;
};

/// The program's global and static variables for whose linker name `wanted` says yes, as far as there is room; those of
/// shared objects are not among them. Returns how many there are; 0: none, or the program is stripped.
std::size_t own_variables(variable* out, std::size_t room, bool (*wanted)(const char* name)) noexcept;

/// The parts of the program and of its shared objects that cannot be written.
std::size_t constant_parts(variable* out, std::size_t room) noexcept;

}  // namespace weft::detail
