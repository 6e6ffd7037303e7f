// SPDX-License-Identifier: Apache-2.0
//
// Who is stuck. Each scene is a function of its own, and its stack is written over when it has returned: what lies
// there would count as a handle.
#pragma once

#include <chrono>
#include <cstring>
#include <string>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

[[gnu::noinline]] inline void scrub() {
  volatile char bytes[8192];
  std::memset(const_cast<char*>(bytes), 0, sizeof bytes);
}

/// How many with this label are stuck; -1: it cannot be told here (a sanitizer, a foreign thread).
inline int stuck(const std::string& label) {
  scrub();
  weft::testing::settle();
  const auto found = weft::find_stuck(std::chrono::seconds(5));
  if (!found) return -1;
  std::size_t n = 0;
  for (const weft::leak& each : *found) n += each.label == label ? each.count : 0;
  return static_cast<int>(n);
}

/// Whether at least `n` are found. A word that happens to lie somewhere can hide one: then another is made.
inline bool is_found(void (*make)(), const std::string& label, int n) {
  for (int round = 0; round < 20; ++round) {
    make();
    const int found = stuck(label);
    if (found < 0 || found >= n) return true;
  }
  return false;
}
