// SPDX-License-Identifier: Apache-2.0
//
// A transaction as a scope: what is not committed is taken back.
//
//     auto transfer = weft::pq::begin(ctx, db, "isolation level serializable");
//     if (!transfer) return transfer.error();
//     if (auto done = db.exec(ctx, "update ..."); !done) return done.error();     // rolled back
//     return transfer->commit(ctx);
//
// The statements go through the connection. The destructor rolls back, for which it blocks at most pq::patience; a
// connection that does not answer in that time is closed. commit() of a transaction in which a statement has failed is
// errc::failed_transaction: PostgreSQL takes it back, and says so in passing only. For the goroutine that has the
// connection, which must outlive it where it is.
#pragma once

#include <string_view>
#include <utility>

#include "weft/pq/connection.hpp"

namespace weft::pq {

class [[nodiscard]] transaction {
 public:
  transaction(transaction&& other) noexcept : on_(std::exchange(other.on_, nullptr)) {}
  transaction& operator=(transaction&&) = delete;
  ~transaction();

  /// Makes it last. If it gives up after it was sent, only the server knows whether it has; if it was not sent, or the
  /// server says that the transaction is still open, it goes on.
  result<void> commit(const detail::wait_limit& limit = {});
  /// Takes it back now.
  result<void> rollback(const detail::wait_limit& limit = {});

 private:
  friend result<transaction> begin(const detail::wait_limit&, connection&, std::string_view);
  explicit transaction(connection& on) noexcept : on_(&on) {}

  result<rows> end(const detail::wait_limit& limit, std::string_view how);

  connection* on_;  // null: it has ended
};

/// Begins a transaction; `mode` is what may stand behind BEGIN: "isolation level serializable", "read only".
[[nodiscard]] result<transaction> begin(const detail::wait_limit& limit, connection& on, std::string_view mode = {});
[[nodiscard]] inline result<transaction> begin(connection& on, std::string_view mode = {}) {
  return begin(detail::wait_limit{}, on, mode);
}

}  // namespace weft::pq
