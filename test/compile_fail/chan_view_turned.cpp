// SPDX-License-Identifier: Apache-2.0
//
// sentence: a receiver does not become a sender
// guarantee: C11.2
// expect-error: invalid initialization of reference|no matching function|no matching constructor|could not convert|no
// viable conversion|conversion from|invalid initialization
#include <weft/weft.hpp>

void take(const weft::sender<int>& s);
void f(const weft::receiver<int>& r) { take(r); }
