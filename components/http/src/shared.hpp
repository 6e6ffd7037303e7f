// SPDX-License-Identifier: Apache-2.0
//
// What all connections of one serve() have in common. It stands on the stack of serve(), which waits for all of them,
// and is only read while they live.
#pragma once

#include "weft/context.hpp"
#include "weft/http/handler.hpp"
#include "weft/http/server.hpp"

namespace weft::http {

struct shared {
  const handler& answers;
  const server_options& options;
  const context& stopping;  // ends when the server begins to shut down
  const context& forced;    // ends when its time to finish is over
};

}  // namespace weft::http
