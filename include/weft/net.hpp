// SPDX-License-Identifier: Apache-2.0
//
// Networks: all of include/weft/net/. Where to begin: net/tcp.hpp for servers, net/dial.hpp for clients, net/socket.hpp
// for what holds for all sockets.
//
//     auto listener = weft::net::listen_tcp(":8080");
//     while (auto connection = listener->accept()) {
//       weft::go([c = std::move(*connection)]() mutable { serve(c); });
//     }
#pragma once

#include "weft/net/dial.hpp"
#include "weft/net/endpoint.hpp"
#include "weft/net/error.hpp"
#include "weft/net/listener.hpp"
#include "weft/net/message.hpp"
#include "weft/net/resolve.hpp"
#include "weft/net/socket.hpp"
#include "weft/net/stream.hpp"
#include "weft/net/tcp.hpp"
#include "weft/net/udp.hpp"
#include "weft/net/unix.hpp"
