// SPDX-License-Identifier: Apache-2.0
//
// sentence: a sender cannot receive
// guarantee: C11.1
// expect-error: constraints not satisfied
#include <weft/weft.hpp>

int f(const weft::sender<int>& s) { return s.recv().value(); }
