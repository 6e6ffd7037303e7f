// SPDX-License-Identifier: Apache-2.0
//
// For programs that ask who is stuck (D10).
#pragma once

#include <cstdio>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

/// Makes goroutines of `kinds` kinds that get stuck, and prints whether they are found. A word that happens to lie
/// somewhere can hide one: then others are made.
inline void print_whether_found(void (*make)(), std::size_t kinds) {
  bool found = false;
  for (int round = 0; round < 10 && !found; ++round) {
    make();
    weft::testing::settle();
    const auto stuck = weft::find_stuck();
    found = !stuck || stuck->size() >= kinds;
  }
  std::printf("found: %s\n", found ? "yes" : "no");
}
