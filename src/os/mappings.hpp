// SPDX-License-Identifier: Apache-2.0
//
// What the kernel says of the memory of this process: /proc/self/maps, without allocating.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::detail {

struct mapping {
  std::uintptr_t begin;
  std::uintptr_t end;
  unsigned long inode;
  bool readable;
  bool writable;
  bool shared;
  char name[24];  // its beginning: "[heap]", "[stack]", the path of a file, or nothing

  /// [vvar], [vdso].
  [[nodiscard]] bool of_kernel() const noexcept { return inode == 0 && name[0] == '[' && name[1] == 'v'; }
};

/// Calls visit(arg, mapping) for each, in order, until it returns false. False: it has, or /proc cannot be read, or
/// there is more to say than fits into `text`, which is used meanwhile.
[[nodiscard]] bool for_each_mapping(char* text, std::size_t size, bool (*visit)(void* arg, const mapping& each),
                                    void* arg) noexcept;

/// A file of /proc/self that is open for reading while this lives; `fd` is negative if it cannot be.
struct own_file {
  int fd;
  explicit own_file(const char* path) noexcept;
  own_file(const own_file&) = delete;
  own_file& operator=(const own_file&) = delete;
  ~own_file();
};

}  // namespace weft::detail
