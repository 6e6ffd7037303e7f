// SPDX-License-Identifier: Apache-2.0
//
// One connection, and the request that is being answered on it: what request, response, websocket and event_stream
// refer to. It belongs to the goroutine of the connection (session.cpp).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "incoming.hpp"
#include "outgoing.hpp"
#include "shared.hpp"
#include "watcher.hpp"
#include "weft/http/transport.hpp"
#include "weft/net/endpoint.hpp"

namespace weft::http {

class exchange {
 public:
  exchange(const shared& with, std::unique_ptr<transport> of)
      : common(with),
        stream(std::move(of)),
        peer(stream->peer()),
        out(with, *stream),
        in(with, *stream, out),
        watch(with, in) {}

  const shared& common;
  const std::unique_ptr<transport> stream;
  const net::endpoint peer;
  outgoing out;
  incoming in;
  watcher watch;
  std::vector<std::pair<std::string_view, std::string>> parameters;  // names are the router's

  /// "GET /path from 192.0.2.1:4711", for reports.
  [[nodiscard]] std::string description() const;
  /// Tells on_error, or standard error.
  void report(const std::string& what) const;
};

}  // namespace weft::http
