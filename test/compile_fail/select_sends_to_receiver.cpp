// SPDX-License-Identifier: Apache-2.0
//
// sentence: a select case that sends to a receiver is refused
// guarantee: C11.1
// expect-error: no matching function|no viable constructor|no matching constructor|class template argument deduction
// failed|constraints not satisfied
#include <weft/weft.hpp>

void f(const weft::receiver<int>& r) { weft::select(weft::on_send(r, 1)); }
