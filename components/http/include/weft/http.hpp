// SPDX-License-Identifier: Apache-2.0
//
// HTTP/1.1: all of include/weft/http/. Where to begin: http/server.hpp, then http/request.hpp and http/response.hpp,
// which a handler is given; of clients: http/client.hpp.
//
//     weft::http::router routes;
//     routes.on("GET", "/hello/{name}", [](weft::http::request& asked, weft::http::response& answer) {
//       answer.send("hello, " + std::string(asked.parameter("name")));
//     });
//     auto listener = weft::net::listen_tcp(":8080");
//     auto ended = weft::http::serve(ctx, *listener, routes);
#pragma once

#include "weft/http/client.hpp"
#include "weft/http/client_error.hpp"
#include "weft/http/error.hpp"
#include "weft/http/event_source.hpp"
#include "weft/http/events.hpp"
#include "weft/http/fields.hpp"
#include "weft/http/files.hpp"
#include "weft/http/handler.hpp"
#include "weft/http/request.hpp"
#include "weft/http/response.hpp"
#include "weft/http/router.hpp"
#include "weft/http/server.hpp"
#include "weft/http/status.hpp"
#include "weft/http/transport.hpp"
#include "weft/http/url.hpp"
#include "weft/http/websocket.hpp"
