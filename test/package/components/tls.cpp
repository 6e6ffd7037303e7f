// SPDX-License-Identifier: Apache-2.0
#include <weft/tls.hpp>
#include <weft/weft.hpp>

int main() {
  return weft::run([] { return weft::tls::make_client({.system_roots = false}) ? 0 : 1; });
}
