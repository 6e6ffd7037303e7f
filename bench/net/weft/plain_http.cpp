// SPDX-License-Identifier: Apache-2.0
//
// The floor of HTTP on weft: a goroutine per connection, weft::net, and as little HTTP as ../plain_http.h knows. What a
// real server costs above this is its parsing and its limits.
#include "../plain_http.h"

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <span>
#include <utility>

#include "weft/weft.hpp"

namespace {

/// Requests that came together are answered together.
void serve(weft::net::tcp_connection& connection) {
  std::array<char, 4096> requests;
  std::array<char, 4096> answers;
  std::size_t got = 0;
  while (got < requests.size()) {
    const auto n = connection.read(std::as_writable_bytes(std::span(requests).subspan(got)));
    if (!n || *n == 0) return;
    got += *n;
    std::size_t used = 0;
    std::size_t size = 0;
    while (size + most_answer <= answers.size()) {
      const std::size_t one = request_size(requests.data() + used, got - used);
      if (one == 0) break;
      used += one;
      size += write_answer(answers.data() + size);
    }
    std::memmove(requests.data(), requests.data() + used, got - used);
    got -= used;
    if (size != 0 && !connection.write(std::as_bytes(std::span(answers).first(size)))) return;
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
      weft::go([connection = std::move(*next)]() mutable { serve(connection); });
    }
    return 1;
  });
}
