// SPDX-License-Identifier: Apache-2.0
//
// sentence: an end of a pipe cannot be copied
// guarantee: I6.5
// expect-error: deleted
#include <weft/weft.hpp>

weft::io::pipe_reader f(weft::io::pipe_reader& from) { return from; }
