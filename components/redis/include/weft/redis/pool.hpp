// SPDX-License-Identifier: Apache-2.0
//
// Connections for many goroutines: a client_pool (weft/client_pool.hpp) of at most so many.
//
//     weft::redis::pool caches({.host = "localhost"}, 16);
//     auto db = caches.acquire(ctx);
//     if (!db) { std::puts(caches.last_error().text().c_str()); return db.error(); }
//     (*db)->command(ctx, "incr", "visits");
//
// A connection goes back when its lease ends, and is used again if it is_idle(): one that has broken, also while nobody
// used it, or that was left inside MULTI or in another database, is closed. So after the server has been started anew
// the pool connects anew, by itself.
#pragma once

#include <cstdint>
#include <utility>

#include "weft/client_pool.hpp"
#include "weft/redis/connection.hpp"

namespace weft::redis {

class pool : public client_pool<connection, error_report> {
 public:
  explicit pool(connect_options to, std::int64_t most = 8)
      : client_pool(most, [to = std::move(to)](const detail::wait_limit& limit, error_report& why) {
          return connect(limit, to, &why);
        }) {}
};

}  // namespace weft::redis
