// SPDX-License-Identifier: Apache-2.0
//
// sentence: a function of a group that returns something else is refused
// guarantee: E1.15
// expect-error: returns nothing, a std::error_code
#include <weft/weft.hpp>

void f(weft::group& g) {
  g.go([] { return "done"; });
}
