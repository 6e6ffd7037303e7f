// SPDX-License-Identifier: Apache-2.0
//
// Whether a limit is to be measured across two cores, and what waits there.
#pragma once

#include <cstdlib>

inline bool two_cores() {
  const char* text = std::getenv("GOMAXPROCS");
  return text != nullptr && std::atoi(text) > 1;
}

inline void pause_a_little() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}
