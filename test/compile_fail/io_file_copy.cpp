// SPDX-License-Identifier: Apache-2.0
//
// sentence: a file cannot be copied
// guarantee: FS6.2
// expect-error: deleted
#include <weft/weft.hpp>

weft::io::file f(weft::io::file& from) { return from; }
