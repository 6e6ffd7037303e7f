// SPDX-License-Identifier: Apache-2.0
//
// sentence: a sender is no range
// guarantee: C11.1
// expect-error: constraints not satisfied|invalid range expression
#include <weft/weft.hpp>

int f(const weft::sender<int>& s) {
  int sum = 0;
  for (const int v : s) sum += v;
  return sum;
}
