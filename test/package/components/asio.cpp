// SPDX-License-Identifier: Apache-2.0
#include <weft/asio.hpp>
#include <weft/weft.hpp>

#include <boost/asio/write.hpp>

int main() {
  return weft::run([] {
    auto ends = weft::net::unix_pair();
    weft::asio::stream stream(ends->first);
    return boost::asio::write(stream, boost::asio::buffer("text", 4)) == 4 ? 0 : 1;
  });
}
