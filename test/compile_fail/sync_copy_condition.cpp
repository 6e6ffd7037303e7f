// SPDX-License-Identifier: Apache-2.0
//
// sentence: a condition cannot be copied
// guarantee: M9.6
// expect-error: deleted function|deleted constructor|deleted copy constructor
#include <weft/weft.hpp>

weft::condition f(weft::condition& what) { return what; }
