// SPDX-License-Identifier: Apache-2.0
//
// sentence: a select with otherwise and a limit is refused
// guarantee: L11.8
// expect-error: a select with otherwise never waits
#include <weft/weft.hpp>

void f(const weft::chan<int>& c) {
  static_cast<void>(weft::select_for(std::chrono::seconds(1), weft::on_recv(c), weft::otherwise()));
}
