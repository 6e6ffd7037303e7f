// SPDX-License-Identifier: Apache-2.0
//
// sentence: a selector refuses a handler that takes something else than its case gives
// guarantee: L10.7
// expect-error: the handler of on_send takes no argument
#include <weft/weft.hpp>

void f(weft::selector& s, const weft::chan<int>& c) {
  s.on_send(c, 1, [](int) {});
}
