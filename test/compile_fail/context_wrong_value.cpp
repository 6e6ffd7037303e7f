// SPDX-License-Identifier: Apache-2.0
//
// sentence: a value that is not of the key's type is refused
// guarantee: X5.7
// expect-error: constraints not satisfied|no matching function
#include <weft/weft.hpp>

struct key {
  using value_type = int;
};

weft::context f() { return weft::with_value<key>(weft::background(), "two"); }
