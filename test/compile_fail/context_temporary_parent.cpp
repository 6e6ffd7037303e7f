// SPDX-License-Identifier: Apache-2.0
//
// sentence: a context cannot be made below a scope that is about to end
// guarantee: X2.9
// expect-error: deleted
#include <weft/weft.hpp>

weft::cancel_scope f() { return weft::with_cancel(weft::with_cancel(weft::background())); }
