// SPDX-License-Identifier: Apache-2.0
//
// Why not dladdr: it knows exported symbols only, and a program's own functions are not. Why not backtrace_symbols or
// addr2line: one allocates, the other is a process; the overflow report runs where neither will do.
//
// Memory ordering: `lost` is a hint, relaxed.
//
// The loader tells which module an address lies in. The module's file is mapped once and kept. The answers of the
// last lookups are kept too, since in a dump of many goroutines most frames are the same. Where a module has been
// unloaded, another may be loaded: it is told apart by its path. The file that was mapped stays mapped even then, since
// names in it are read without the lock.
//
// Nothing here but the demangler allocates. An old loader is asked by dl_iterate_phdr, which takes its lock. The tables
// below are guarded by one lock; whoever cannot have it within some time gets an address without a name, so that a dump
// in a signal handler cannot hang.
#include "os/symbol.hpp"

#include <cxxabi.h>
#include <dlfcn.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/report_hook.hpp"
#include "os/elf_symbols.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {
namespace {

constexpr std::size_t most_modules = 64;
constexpr std::size_t remembered = 512;
constexpr std::size_t longest_demangled = 400;  // mangled; the demangler's stack use is about 100 times as much
constexpr unsigned patience = 200;              // rounds of relax: some 10 ms

/// Where an address lies, by the loader.
struct place {
  std::uintptr_t address;
  std::uintptr_t base = 0;
  const char* path = nullptr;  // null: in no module
};

struct module_file {
  std::uintptr_t base;
  std::uint64_t path;  // a hash of it
  elf_file file;
};

struct answer {
  void* pc;
  elf_symbol found;
};

word_lock tables;                   // guards what follows
module_file modules[most_modules];  // the first module_count are valid
std::size_t module_count;
answer answers[remembered];  // by a hash of the pc

#ifdef DLFO_STRUCT_HAS_EH_DBASE  // glibc 2.35: without a lock, also in a signal handler

void find_module(place& wanted) noexcept {
  dl_find_object found;
  if (::_dl_find_object(reinterpret_cast<void*>(wanted.address), &found) != 0) return;
  wanted.base = found.dlfo_link_map->l_addr;
  const char* const name = found.dlfo_link_map->l_name;
  wanted.path = name == nullptr || name[0] == '\0' ? "/proc/self/exe" : name;
}

#else

int look_at(dl_phdr_info* module, std::size_t, void* passed) {
  auto* wanted = static_cast<place*>(passed);
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const auto& segment = module->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || wanted->address - (module->dlpi_addr + segment.p_vaddr) >= segment.p_memsz)
      continue;
    wanted->base = module->dlpi_addr;
    wanted->path = module->dlpi_name[0] == '\0' ? "/proc/self/exe" : module->dlpi_name;
    return 1;
  }
  return 0;
}

void find_module(place& wanted) noexcept { ::dl_iterate_phdr(look_at, &wanted); }

#endif

std::uint64_t hash_of(const char* path) noexcept {
  std::uint64_t hash = 0;
  for (; *path != '\0'; ++path) hash = (hash ^ static_cast<unsigned char>(*path)) * 0x9e3779b97f4a7c15;
  return hash;
}

elf_file file_of(const place& where) noexcept {
  const std::uint64_t path = hash_of(where.path);
  for (std::size_t i = 0; i < module_count; ++i) {
    if (modules[i].base != where.base) continue;
    if (modules[i].path != path) {
      modules[i] = {where.base, path, map_elf(where.path)};
      for (answer& each : answers) each.pc = nullptr;
    }
    return modules[i].file;
  }
  if (module_count == most_modules) return {};
  modules[module_count] = {where.base, path, map_elf(where.path)};
  return modules[module_count++].file;
}

bool lock_tables() noexcept {
  static atomic<bool> lost{false};  // whoever has them is not coming back: they are waited for once
  if (lost.load(memory_order_relaxed)) return tables.try_lock();
  for (unsigned round = 0; round < patience; ++round) {
    if (tables.try_lock()) return true;
    relax(round);
  }
  lost.store(true, memory_order_relaxed);
  return false;
}

elf_symbol look_up(void* pc, const place& where) noexcept {
  if (where.path == nullptr || !lock_tables()) return {};
  const elf_file file = file_of(where);
  answer& kept = answers[reinterpret_cast<std::uintptr_t>(pc) / 4 % remembered];
  if (kept.pc != pc) kept = {pc, find_symbol(file, where.address - where.base)};
  const elf_symbol found = kept.found;
  tables.unlock();
  return found;
}

void copy(const char* text, char* out, std::size_t size) noexcept {
  const std::size_t length = std::min(std::strlen(text), size - 1);
  std::memcpy(out, text, length);
  out[length] = '\0';
}

void demangle(const char* mangled, char* out, std::size_t size) noexcept {
  int status = -1;
  char* plain =
      std::strlen(mangled) > longest_demangled ? nullptr : abi::__cxa_demangle(mangled, nullptr, nullptr, &status);
  copy(status == 0 ? plain : mangled, out, size);
  std::free(plain);
}

void copy_module_name(const char* path, char* out, std::size_t size) noexcept {
  char program[512];
  if (std::strcmp(path, "/proc/self/exe") == 0) {
    const ssize_t length = ::readlink(path, program, sizeof program - 1);
    if (length > 0) {
      program[length] = '\0';
      path = program;
    }
  }
  const char* slash = std::strrchr(path, '/');
  copy(slash == nullptr ? path : slash + 1, out, size);
}

}  // namespace

symbol symbol_of(void* pc, naming style) noexcept {
  symbol result;
  result.name[0] = result.module[0] = '\0';
  const auto address = reinterpret_cast<std::uintptr_t>(pc) - 1;  // a call that is a function's last instruction
  result.offset = address + 1;
  place where{address};
  find_module(where);
  if (where.path == nullptr) return result;
  copy_module_name(where.path, result.module, sizeof result.module);
  const elf_symbol found = look_up(pc, where);
  result.offset -= where.base + found.start;
  if (found.name == nullptr) return result;
  if (style == naming::demangled) {
    demangle(found.name, result.name, sizeof result.name);
  } else {
    copy(found.name, result.name, sizeof result.name);
  }
  return result;
}

void format_frame(char* out, std::size_t size, void* pc, naming style) noexcept {
  const symbol where = symbol_of(pc, style);
  const char* name = where.name[0] != '\0' ? where.name : "?";
  const char* module = where.module[0] != '\0' ? where.module : "no module";
  std::snprintf(out, size, "%s +0x%zx  (%s)", name, static_cast<std::size_t>(where.offset), module);
}

void print_frame(int fd, void* pc, naming style) noexcept {
  char text[600];
  format_frame(text, sizeof text, pc, style);
  write_format(fd, "  %s\n", text);
}

}  // namespace weft::detail
