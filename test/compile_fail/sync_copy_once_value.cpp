// SPDX-License-Identifier: Apache-2.0
//
// sentence: a once_value cannot be copied
// guarantee: M7.5
// expect-error: deleted function|deleted constructor|deleted copy constructor|implicitly deleted
#include <weft/weft.hpp>

int main() {
  weft::once_value value([] { return 1; });
  auto copy = value;
  return copy();
}
