// SPDX-License-Identifier: Apache-2.0
//
// sentence: a receiver cannot send, also not with a limit
// guarantee: C11.1
// expect-error: send_for
#include <weft/weft.hpp>

void f(const weft::receiver<int>& c) { static_cast<void>(c.send_for(std::chrono::seconds(1), 1)); }
