// SPDX-License-Identifier: Apache-2.0
//
// sentence: a case that has a name is refused between braces, too
// guarantee: L10.7
// expect-error: a case is used up by its select
#include <weft/weft.hpp>

void f(const weft::chan<int>& c) {
  auto receives = weft::on_recv(c, [](std::optional<int>) {});
  weft::select(weft::cases{receives, weft::otherwise{[] {}}});
}
