// SPDX-License-Identifier: Apache-2.0
//
// sentence: a select with two otherwise is refused
// guarantee: L10.7
// expect-error: at most one otherwise
#include <weft/weft.hpp>

void f(const weft::chan<int>& c) { weft::select(weft::on_recv(c), weft::otherwise(), weft::otherwise()); }
