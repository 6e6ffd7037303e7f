// SPDX-License-Identifier: Apache-2.0
//
// Connections for many goroutines: a lease_pool (weft/lease_pool.hpp) of at most so many.
//
//     weft::pq::pool databases("host=localhost dbname=shop", 16);
//     auto db = databases.acquire(ctx);
//     if (!db) { std::puts(databases.last_error().text().c_str()); return db.error(); }
//     (*db)->exec(ctx, "insert into visits values (now())");
//
// A connection goes back when its lease ends, and is used again if it is_idle(): one that has broken, also while nobody
// used it, or that was left in a transaction, is closed. So after the server has been started anew the pool connects
// anew, by itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "weft/lease_pool.hpp"
#include "weft/pq/connection.hpp"

namespace weft::pq {

class pool {
  struct failure;

 public:
  using lease = lease_pool<connection>::lease;

  explicit pool(std::string conninfo, std::int64_t most = 8);

  /// A connection for the caller alone. Errors: connect()'s; the limit's, of the wait for one that comes back, too.
  [[nodiscard]] result<lease> acquire() { return connections_.acquire(); }
  [[nodiscard]] result<lease> acquire(const detail::wait_limit& limit) { return connections_.acquire(limit); }
  template <class Rep, class Period>
  [[nodiscard]] result<lease> acquire_for(const std::chrono::duration<Rep, Period>& d) {
    return connections_.acquire_for(d);
  }

  /// How many connections nobody uses.
  [[nodiscard]] std::size_t idle() const { return connections_.idle(); }
  /// Closes them.
  void clear() { connections_.clear(); }

  /// Of the latest attempt to connect that failed, of whomever.
  [[nodiscard]] error_report last_error() const;

 private:
  pool(std::shared_ptr<failure> last, std::string conninfo, std::int64_t most);

  std::shared_ptr<failure> last_;
  lease_pool<connection> connections_;
};

}  // namespace weft::pq
