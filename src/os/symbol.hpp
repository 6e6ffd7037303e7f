// SPDX-License-Identifier: Apache-2.0
//
// Names for program counters, from the symbol tables of the program and its shared objects.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::detail {

/// The function that a program counter lies in. `name` is demangled and empty when no symbol covers the address;
/// `module` is the file name without its directories.
struct symbol {
  char name[480];
  char module[64];
  std::uintptr_t offset;  // from the start of the function; without a name, from the start of the module
};

/// How names are shown. Demangling takes memory from the heap; nothing else here does.
enum class naming : std::uint8_t { demangled, as_linked };

/// `pc` is a return address, or a place to go on from: the instruction before it is what is looked up. With
/// naming::as_linked it may be called in a signal handler.
[[nodiscard]] symbol symbol_of(void* pc, naming style = naming::demangled) noexcept;

/// One line of a dump without its blanks and its end: "<name> +0x<offset>  (<module>)".
void format_frame(char* out, std::size_t size, void* pc, naming style = naming::demangled) noexcept;

/// Writes one line of a dump: "  <name> +0x<offset>  (<module>)".
void print_frame(int fd, void* pc, naming style = naming::demangled) noexcept;

}  // namespace weft::detail
