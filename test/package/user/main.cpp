// SPDX-License-Identifier: Apache-2.0
#include <weft/weft.hpp>

int main() {
  return weft::run([] {
    weft::chan<int> numbers;
    weft::go([=] { numbers.send(42); });
    return numbers.recv() == 42 ? 0 : 1;
  });
}
