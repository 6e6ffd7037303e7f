// SPDX-License-Identifier: Apache-2.0
//
// sentence: cases in braces that have a name are refused by select
// guarantee: L10.7
// expect-error: deleted function
#include <weft/weft.hpp>

void f(const weft::chan<int>& c) {
  weft::cases both{weft::on_recv{c, [](std::optional<int>) {}}, weft::otherwise{[] {}}};
  weft::select(both);
}
