// SPDX-License-Identifier: Apache-2.0
//
// sentence: a scope that cancels cannot be copied
// guarantee: X2.9
// expect-error: deleted
#include <weft/weft.hpp>

weft::cancel_scope f(const weft::cancel_scope& ctx) { return ctx; }
