// SPDX-License-Identifier: Apache-2.0
//
// sentence: a key that does not say what its value is is refused
// guarantee: X5.7
// expect-error: constraints not satisfied|no matching function
#include <weft/weft.hpp>

weft::context f() { return weft::with_value(weft::background(), nullptr, 2); }
