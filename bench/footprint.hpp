// SPDX-License-Identifier: Apache-2.0
//
// What the process costs the machine: resident memory and the page tables behind it, from /proc/self/status. Page
// tables count because they are what a sparse address space hides: a stack that touched one page costs 4096 bytes
// and, at a stride of 256 KiB, 513 bytes of page table.
#pragma once

#include <cstdio>

namespace bench {

struct footprint {
  long resident = 0;     // bytes, VmRSS
  long page_tables = 0;  // bytes, VmPTE

  [[nodiscard]] long total() const { return resident + page_tables; }

  [[nodiscard]] static footprint now() {
    footprint f;
    std::FILE* status = std::fopen("/proc/self/status", "r");
    if (status == nullptr) return f;
    char line[256];
    while (std::fgets(line, sizeof line, status) != nullptr) {
      long kilobytes = 0;
      if (std::sscanf(line, "VmRSS: %ld kB", &kilobytes) == 1) f.resident = kilobytes * 1024;
      if (std::sscanf(line, "VmPTE: %ld kB", &kilobytes) == 1) f.page_tables = kilobytes * 1024;
    }
    std::fclose(status);
    return f;
  }
};

}  // namespace bench
