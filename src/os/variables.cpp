// SPDX-License-Identifier: Apache-2.0
#include "os/variables.hpp"

#include <link.h>

#include "os/elf_symbols.hpp"

namespace weft::detail {

namespace {

struct collection {
  variable* out;
  std::size_t room;
  bool (*wanted)(const char* name);
  std::uintptr_t base = 0;
  std::size_t count = 0;
};

}  // namespace

std::size_t own_variables(variable* out, std::size_t room, bool (*wanted)(const char* name)) noexcept {
  collection all{out, room, wanted};
  const auto first_module = [](dl_phdr_info* module, std::size_t, void* base) {  // the program
    *static_cast<std::uintptr_t*>(base) = module->dlpi_addr;
    return 1;
  };
  ::dl_iterate_phdr(first_module, &all.base);
  static const elf_file program = map_elf("/proc/self/exe");
  if (program.bytes == nullptr) return 0;
  const auto meet = [](void* arg, const char* name, std::uintptr_t address, std::size_t size) {
    auto& found = *static_cast<collection*>(arg);
    if (size == 0 || !found.wanted(name)) return;
    if (found.count < found.room) found.out[found.count] = {found.base + address, size};
    ++found.count;
  };
  static_cast<void>(for_each_variable(program, meet, &all));
  return all.count;
}

std::size_t constant_parts(variable* out, std::size_t room) noexcept {
  struct parts {
    variable* out;
    std::size_t room;
    std::size_t count = 0;
  } all{out, room};
  const auto meet = [](dl_phdr_info* module, std::size_t, void* arg) {
    auto& found = *static_cast<parts*>(arg);
    for (int i = 0; i < module->dlpi_phnum; ++i) {
      const auto& segment = module->dlpi_phdr[i];
      if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
      if (found.count < found.room) found.out[found.count] = {module->dlpi_addr + segment.p_vaddr, segment.p_memsz};
      ++found.count;
    }
    return 0;
  };
  ::dl_iterate_phdr(meet, &all);
  return all.count;
}

}  // namespace weft::detail
