// SPDX-License-Identifier: Apache-2.0
//
// A lease_pool of connections to a server, which keeps the report of why the latest could not be made.
//
//     using pool = weft::client_pool<connection, error_report>;
//     pool databases(16, [=](const weft::detail::wait_limit& limit, error_report& why) {
//       return connect(limit, "host=db", &why);
//     });
//     auto db = databases.acquire(ctx);
//     if (!db) { std::puts(databases.last_error().text().c_str()); return db.error(); }
//     (*db)->query(ctx, "select 1");
//
// For adapters: Connection has is_idle(), which says without blocking whether it is as it was made and may be lent to
// somebody else; Report is whatever is known about a failure. All else is as weft/lease_pool.hpp says.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "weft/clock.hpp"
#include "weft/lease_pool.hpp"
#include "weft/mutex.hpp"
#include "weft/result.hpp"

namespace weft {

template <class Connection, class Report>
class client_pool {
 public:
  using lease = typename lease_pool<Connection>::lease;

  /// Lends at most `most` connections at a time, which `connect(limit, why)` makes.
  template <class F>
  client_pool(std::int64_t most, F connect)
      : last_(std::make_shared<failure>()),
        connections_(
            most,
            [last = last_, connect = std::move(connect)](const detail::wait_limit& limit) {
              Report why;
              result<Connection> made = connect(limit, why);
              if (!made) {
                const std::lock_guard hold(last->lock);
                last->report = std::move(why);
              }
              return made;
            },
            [](Connection& c) { return c.is_idle(); }) {}

  /// A connection for the caller alone. Errors: those of connecting; the limit's, of the wait for one that comes back,
  /// too.
  [[nodiscard]] result<lease> acquire() { return connections_.acquire(); }
  [[nodiscard]] result<lease> acquire(const detail::wait_limit& limit) { return connections_.acquire(limit); }
  template <class Rep, class Period>
  [[nodiscard]] result<lease> acquire_for(const std::chrono::duration<Rep, Period>& d) {
    return connections_.acquire_for(d);
  }
  [[nodiscard]] result<lease> acquire_until(clock::time_point when) { return connections_.acquire_until(when); }

  /// How many connections nobody uses.
  [[nodiscard]] std::size_t idle() const { return connections_.idle(); }
  /// Closes them.
  void clear() { connections_.clear(); }

  /// Of the latest attempt to connect that failed, of whomever.
  [[nodiscard]] Report last_error() const {
    const std::lock_guard hold(last_->lock);
    return last_->report;
  }

 private:
  struct failure {
    mutex lock;
    Report report;  // under the lock
  };

  std::shared_ptr<failure> last_;
  lease_pool<Connection> connections_;
};

}  // namespace weft
