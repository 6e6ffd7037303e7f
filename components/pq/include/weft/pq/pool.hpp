// SPDX-License-Identifier: Apache-2.0
//
// Connections for many goroutines: a client_pool (weft/client_pool.hpp) of at most so many.
//
//     weft::pq::pool databases("host=localhost dbname=shop", 16);
//     auto db = databases.acquire(ctx);
//     if (!db) { std::puts(databases.last_error().text().c_str()); return db.error(); }
//     (*db)->exec(ctx, "insert into visits values (now())");
//
// A connection goes back when its lease ends, and is used again if it is_idle(): one that has broken, also while nobody
// used it, or that was left in a transaction, is closed. So after the server has been started anew the pool connects
// anew, by itself. What SET, LISTEN and temporary tables leave in a session stays there: who changes that does it in a
// transaction (SET LOCAL), or keeps the connection (lease::take).
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "weft/client_pool.hpp"
#include "weft/pq/connection.hpp"

namespace weft::pq {

class pool : public client_pool<connection, error_report> {
 public:
  explicit pool(std::string conninfo, std::int64_t most = 8)
      : client_pool(most, [to = std::move(conninfo)](const detail::wait_limit& limit, error_report& why) {
          return connect(limit, to, &why);
        }) {}
};

}  // namespace weft::pq
