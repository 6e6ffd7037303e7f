// SPDX-License-Identifier: Apache-2.0
#include <weft/http.hpp>
#include <weft/weft.hpp>

int main() {
  return weft::run([] {
    weft::http::client client;
    return client.get("http://127.0.0.1:1/").error() == std::errc::connection_refused ? 0 : 1;
  });
}
