// SPDX-License-Identifier: Apache-2.0
//
// sentence: a semaphore cannot be copied
// guarantee: E2.5
// expect-error: deleted function|deleted constructor|deleted copy constructor
#include <weft/weft.hpp>

weft::semaphore f(weft::semaphore& what) { return what; }
