// SPDX-License-Identifier: Apache-2.0
//
// Looking up an address in the symbol table of an ELF file. No memory but the mapping of the file is needed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::detail {

/// A file mapped for reading.
struct elf_file {
  const std::byte* bytes = nullptr;  // null: could not be mapped, or is no ELF file of this machine's word size
  std::size_t size = 0;
};

/// Maps a file, for ever. Async-signal-safe.
[[nodiscard]] elf_file map_elf(const char* path) noexcept;

struct elf_symbol {
  const char* name = nullptr;  // mangled, in the mapping; null: none
  std::uintptr_t start = 0;    // before relocation
};

/// The function whose bytes contain `address` (before relocation), from .symtab, or .dynsym in a stripped file. Scans
/// the table: about a millisecond for 100,000 symbols.
[[nodiscard]] elf_symbol find_symbol(const elf_file& file, std::uintptr_t address) noexcept;

}  // namespace weft::detail
