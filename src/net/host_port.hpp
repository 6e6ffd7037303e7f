// SPDX-License-Identifier: Apache-2.0
//
// HOST:PORT and [HOST]:PORT taken apart; what the parts mean is for others to say.
#pragma once

#include <cstdint>
#include <string_view>

#include "weft/result.hpp"

namespace weft::net {

struct host_port {
  std::string_view host;
  std::string_view port;
};

/// net::errc::missing_port, too_many_colons or bad_address.
[[nodiscard]] result<host_port> split_host_port(std::string_view text);

/// A number from 0 to 65535; net::errc::bad_port.
[[nodiscard]] result<std::uint16_t> parse_port(std::string_view text);

}  // namespace weft::net
