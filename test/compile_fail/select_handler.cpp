// SPDX-License-Identifier: Apache-2.0
//
// sentence: a handler that takes something else than its case gives is refused
// guarantee: L10.7
// expect-error: takes a std::optional<T>, or nothing
#include <weft/weft.hpp>

void f(const weft::chan<int>& c) {
  weft::select(weft::on_recv(c, [](int* p) { return p; }));
}
