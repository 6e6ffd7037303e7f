// SPDX-License-Identifier: Apache-2.0
//
// sentence: a case that has a name is refused by a select with a limit, too
// guarantee: L11.8
// expect-error: a case is used up by its select
#include <weft/weft.hpp>

void f(const weft::chan<int>& c) {
  weft::on_recv named(c);
  static_cast<void>(weft::select_for(std::chrono::seconds(1), named));
}
