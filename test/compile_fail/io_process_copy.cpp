// SPDX-License-Identifier: Apache-2.0
//
// sentence: a process cannot be copied
// guarantee: PS2.4
// expect-error: deleted
#include <weft/weft.hpp>

weft::io::process f(weft::io::process& from) { return from; }
