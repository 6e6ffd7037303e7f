// SPDX-License-Identifier: Apache-2.0
//
// sentence: a view does not become a channel again
// guarantee: C11.2
// expect-error: no matching function|no matching constructor|could not convert|no viable conversion|conversion from
#include <weft/weft.hpp>

weft::chan<int> f(const weft::receiver<int>& r) { return r; }
