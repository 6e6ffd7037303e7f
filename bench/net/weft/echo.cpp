// SPDX-License-Identifier: Apache-2.0
//
// weft: a goroutine per connection that writes what it reads.
#include <array>
#include <cstddef>
#include <cstdio>
#include <utility>

#include "weft/weft.hpp"

namespace {

void echo(weft::net::tcp_connection& connection) {
  std::array<std::byte, 4096> buffer;
  for (;;) {
    const auto n = connection.read(buffer);
    if (!n || *n == 0) return;
    if (!connection.write({buffer.data(), *n})) return;
  }
}

}  // namespace

int main() {
  return weft::run([] {
    auto listener = weft::net::listen_tcp("127.0.0.1:0");
    if (!listener) return 1;
    std::printf("listening %d\n", listener->local().port());
    std::fflush(stdout);
    while (auto next = listener->accept()) {
      weft::go([connection = std::move(*next)]() mutable { echo(connection); });
    }
    return 1;
  });
}
