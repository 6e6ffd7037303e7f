// SPDX-License-Identifier: Apache-2.0
//
// sentence: a group cannot be copied
// guarantee: E1.15
// expect-error: deleted function|deleted constructor|deleted copy constructor
#include <weft/weft.hpp>

weft::group f(weft::group& g) { return g; }
