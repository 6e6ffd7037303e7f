// SPDX-License-Identifier: Apache-2.0
//
// What the kernel says about this process's memory.
#pragma once

#include <cstddef>
#include <fstream>
#include <string>

namespace weft::test {

/// A line of /proc/self/status in bytes: "VmRSS:" what is in memory, "VmPTE:" page tables.
inline std::size_t memory_status(const std::string& name) {
  std::ifstream status("/proc/self/status");
  std::string word;
  std::size_t kilobytes = 0;
  while (status >> word) {
    if (word == name && status >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

/// How many mappings there are; the kernel allows vm.max_map_count.
inline std::size_t mappings() {
  std::ifstream maps("/proc/self/maps");
  std::string line;
  std::size_t count = 0;
  while (std::getline(maps, line)) ++count;
  return count;
}

}  // namespace weft::test
