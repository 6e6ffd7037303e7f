// SPDX-License-Identifier: Apache-2.0
//
// sentence: a receiver cannot close
// guarantee: C11.1
// expect-error: constraints not satisfied
#include <weft/weft.hpp>

void f(const weft::receiver<int>& r) { r.close(); }
