// SPDX-License-Identifier: Apache-2.0
//
// sentence: a mutex cannot be copied
// guarantee: M1.5
// expect-error: deleted function|deleted constructor|deleted copy constructor
#include <weft/weft.hpp>

weft::mutex f(weft::mutex& m) { return m; }
