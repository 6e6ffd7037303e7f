// SPDX-License-Identifier: Apache-2.0
//
// sentence: what is no case is refused by select
// guarantee: L10.7
// expect-error: constraints not satisfied|no matching function
#include <weft/weft.hpp>

void f(const weft::chan<int>& c) { weft::select(weft::on_recv(c), 5); }
