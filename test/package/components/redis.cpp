// SPDX-License-Identifier: Apache-2.0
#include <weft/redis.hpp>
#include <weft/weft.hpp>

int main() {
  return weft::run([] { return weft::redis::connect({.port = "1"}).error() == std::errc::connection_refused ? 0 : 1; });
}
