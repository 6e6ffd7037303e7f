// SPDX-License-Identifier: Apache-2.0
//
// sentence: elements that are no objects are refused
// guarantee: C1.3
// expect-error: the elements of a channel are objects
#include <weft/weft.hpp>

weft::chan<int&> c;
