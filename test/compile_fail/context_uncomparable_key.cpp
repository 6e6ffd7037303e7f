// SPDX-License-Identifier: Apache-2.0
//
// sentence: a key that cannot be compared is refused
// guarantee: X5.7
// expect-error: constraints not satisfied|no matching function
#include <weft/weft.hpp>

struct key {
  using value_type = int;
  int n;
};

weft::context f() { return weft::with_value(weft::background(), key{1}, 2); }
