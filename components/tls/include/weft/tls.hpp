// SPDX-License-Identifier: Apache-2.0
//
// TLS: all of weft/tls/. Where to begin: tls/connection.hpp, then tls/config.hpp.
//
//     auto config = weft::tls::make_client();
//     auto connection = weft::tls::dial(ctx, "example.org", "443", *config);
#pragma once

#include "weft/tls/config.hpp"
#include "weft/tls/connection.hpp"
#include "weft/tls/dial.hpp"
#include "weft/tls/error.hpp"
#include "weft/tls/listener.hpp"
#include "weft/tls/transport.hpp"
