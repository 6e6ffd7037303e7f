// SPDX-License-Identifier: Apache-2.0
//
// What a process weighs, as the kernel counts it.
#pragma once

#include <fstream>
#include <string>

/// Memory and page tables of this process, in bytes.
inline double memory_taken() {
  std::ifstream status("/proc/self/status");
  double kibibytes = 0;
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0 || line.rfind("VmPTE:", 0) == 0) kibibytes += std::stod(line.substr(6));
  }
  return kibibytes * 1024;
}
