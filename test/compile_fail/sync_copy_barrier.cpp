// SPDX-License-Identifier: Apache-2.0
//
// sentence: a barrier cannot be copied
// guarantee: M17.5
// expect-error: deleted function|deleted constructor|deleted copy constructor
#include <weft/weft.hpp>

weft::barrier<> f(weft::barrier<>& what) { return what; }
