// SPDX-License-Identifier: Apache-2.0
//
// sentence: a case that has a name is refused by select: it can be used once
// guarantee: L10.7
// expect-error: a case is used up by its select
#include <weft/weft.hpp>

void f(const weft::chan<int>& c) {
  auto receives = weft::on_recv(c, [](std::optional<int>) {});
  weft::select(receives, weft::otherwise());
}
