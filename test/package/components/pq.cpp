// SPDX-License-Identifier: Apache-2.0
#include <weft/pq.hpp>
#include <weft/weft.hpp>

int main() {
  return weft::run(
      [] { return weft::pq::connect("host=127.0.0.1 port=1").error() == weft::pq::errc::not_connected ? 0 : 1; });
}
