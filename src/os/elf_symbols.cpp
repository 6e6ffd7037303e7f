// SPDX-License-Identifier: Apache-2.0
//
// Nothing that the file says is believed: every offset is checked against its size before it is followed, because a
// dump must not crash on a file that was replaced or damaged after it was loaded.
#include "os/elf_symbols.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <initializer_list>

namespace weft::detail {
namespace {

/// `count` objects of type T at `offset`, or null if they do not lie in the file.
template <class T>
const T* objects(const elf_file& file, std::size_t offset, std::size_t count) noexcept {
  const bool inside = offset <= file.size && count <= (file.size - offset) / sizeof(T);
  return inside && offset % alignof(T) == 0 ? reinterpret_cast<const T*>(file.bytes + offset) : nullptr;
}

const Elf64_Shdr* sections_of(const elf_file& file, std::size_t& count) noexcept {
  const auto* header = objects<Elf64_Ehdr>(file, 0, 1);
  if (header == nullptr || header->e_shentsize != sizeof(Elf64_Shdr)) return nullptr;
  count = header->e_shnum;
  return objects<Elf64_Shdr>(file, header->e_shoff, count);
}

bool covers(const Elf64_Sym& symbol, std::uintptr_t address) noexcept {
  const int type = ELF64_ST_TYPE(symbol.st_info);
  return (type == STT_FUNC || type == STT_GNU_IFUNC) && symbol.st_shndx != SHN_UNDEF && address >= symbol.st_value &&
         address - symbol.st_value < symbol.st_size;
}

elf_symbol find_in(const elf_file& file, const Elf64_Shdr& table, const Elf64_Shdr& strings,
                   std::uintptr_t address) noexcept {
  const std::size_t count = table.sh_size / sizeof(Elf64_Sym);
  const auto* symbols = objects<Elf64_Sym>(file, table.sh_offset, count);
  const char* names = objects<char>(file, strings.sh_offset, strings.sh_size);
  if (symbols == nullptr || names == nullptr) return {};
  for (std::size_t i = 0; i < count; ++i) {
    if (!covers(symbols[i], address) || symbols[i].st_name >= strings.sh_size) continue;
    const char* name = names + symbols[i].st_name;
    if (std::memchr(name, 0, strings.sh_size - symbols[i].st_name) != nullptr) return {name, symbols[i].st_value};
  }
  return {};
}

}  // namespace

elf_file map_elf(const char* path) noexcept {
  elf_file file;
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);  // by now it may be anything
  if (fd < 0) return file;
  struct stat status {};
  if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
    const auto size = static_cast<std::size_t>(status.st_size);
    void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (mapped != MAP_FAILED) file = {static_cast<const std::byte*>(mapped), size};
  }
  ::close(fd);
  const auto* header = objects<Elf64_Ehdr>(file, 0, 1);
  const bool usable = header != nullptr && std::memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
                      header->e_ident[EI_CLASS] == ELFCLASS64;
  if (usable) return file;
  if (file.bytes != nullptr) ::munmap(const_cast<std::byte*>(file.bytes), file.size);
  return {};
}

elf_symbol find_symbol(const elf_file& file, std::uintptr_t address) noexcept {
  std::size_t count = 0;
  const Elf64_Shdr* sections = sections_of(file, count);
  if (sections == nullptr) return {};
  for (const unsigned type : {SHT_SYMTAB, SHT_DYNSYM}) {
    for (std::size_t i = 0; i < count; ++i) {
      if (sections[i].sh_type != type || sections[i].sh_link >= count) continue;
      const elf_symbol found = find_in(file, sections[i], sections[sections[i].sh_link], address);
      if (found.name != nullptr) return found;
    }
  }
  return {};
}

}  // namespace weft::detail
