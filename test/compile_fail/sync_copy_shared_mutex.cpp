// SPDX-License-Identifier: Apache-2.0
//
// sentence: a shared_mutex cannot be copied
// guarantee: M5.6
// expect-error: deleted function|deleted constructor|deleted copy constructor
#include <weft/weft.hpp>

weft::shared_mutex f(weft::shared_mutex& what) { return what; }
