// SPDX-License-Identifier: Apache-2.0
//
// A connection to PostgreSQL.
//
//     auto db = weft::pq::connect(ctx, "host=localhost dbname=shop user=gopher");
//     if (!db) return db.error();
//     auto found = db->query(ctx, "select name from users where id = $1", 7);
//     auto changed = db->exec(ctx, "delete from carts where age > $1", "1 day");      // how many rows
//
// A call blocks its goroutine until the server has answered, and no thread. Each takes a context, or another limit,
// first, if one likes. When that ends the call asks the server to cancel the statement, waits for its word, at most
// `patience`, and returns weft::errc::cancelled or timed_out: the statement may have been carried out all the same, as
// after every answer that was not awaited; inside a transaction that is all taken back. Then the connection can be used
// on. If the server does not answer in that time, the connection is closed.
//
// Connecting: `conninfo` is libpq's: words as above, or postgresql://user@host:port/database. libpq's environment
// (PGHOST, PGPASSWORD ...), its password file and its service file count; its connect_timeout does not, the limit does.
// Names are looked up by a thread that may block.
//
// For one goroutine or thread at a time; it can be moved. A default one, or one that was moved away, is closed. What is
// given as statement must not have a zero byte. Notices of the server are dropped, and so is what is notified to a
// connection on which nobody listen()s (weft/pq/subscription.hpp). A COPY, a transaction and a subscription refer to
// their connection; when it is closed they end.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "weft/clock.hpp"
#include "weft/pq/error.hpp"
#include "weft/pq/parameter.hpp"
#include "weft/pq/rows.hpp"
#include "weft/pq/statement.hpp"
#include "weft/result.hpp"

namespace weft::pq {

namespace detail {
class session;
struct session_of;
using weft::detail::wait_limit;
}  // namespace detail

/// How long the server may take to confirm that a statement was cancelled.
inline constexpr std::chrono::seconds patience{5};

class connection {
 public:
  connection() noexcept;
  connection(connection&& other) noexcept;
  connection& operator=(connection&& other) noexcept;
  ~connection();

  /// One statement with its parameters; its rows. `what` is a text, or prepared(a text) (weft/pq/statement.hpp).
  template <class... Values>
  requires(std::convertible_to<const Values&, parameter>&&...) result<rows> query(const detail::wait_limit& limit,
                                                                                  const statement& what,
                                                                                  const Values&... values) {
    const std::array<parameter, sizeof...(Values)> all{parameter(values)...};
    return query_with(limit, what, all);
  }
  template <class... Values>
  requires(std::convertible_to<const Values&, parameter>&&...) result<rows> query(const statement& what,
                                                                                  const Values&... values) {
    return query(detail::wait_limit{}, what, values...);
  }
  template <class Rep, class Period, class... Values>
  requires(std::convertible_to<const Values&, parameter>&&...) result<rows> query_for(
      const std::chrono::duration<Rep, Period>& d, const statement& what, const Values&... values) {
    return query(weft::detail::within(d), what, values...);
  }
  /// With a number of parameters that is known when the program runs; at most 65535.
  result<rows> query_with(const detail::wait_limit& limit, const statement& what, std::span<const parameter> values);

  /// The same, for statements whose rows nobody wants: how many it has selected or changed.
  template <class... Arguments>
  result<std::uint64_t> exec(Arguments&&... arguments) {
    const result<rows> done = query(std::forward<Arguments>(arguments)...);
    if (!done) return done.error();
    return done->affected();
  }

  /// Any number of statements with semicolons between them, without parameters. The first that fails ends it, and takes
  /// back those before it, unless they say otherwise. The rows are those of the last.
  result<rows> script(const detail::wait_limit& limit, std::string_view statements);
  result<rows> script(std::string_view statements) { return script({}, statements); }

  /// Whether it is connected, as far as is known without asking: an end that the server has sent is noticed.
  [[nodiscard]] bool is_open() noexcept;
  /// is_open(), and neither a transaction nor a COPY has been left half done.
  [[nodiscard]] bool is_idle() noexcept;
  void close() noexcept;

  /// Of the latest operation that failed; empty before.
  [[nodiscard]] const error_report& last_error() const noexcept;
  /// "host:port/database"; empty if it is closed.
  [[nodiscard]] const std::string& server() const noexcept;
  /// The server's process for this connection, as pg_backend_pid() says; 0 if it is closed.
  [[nodiscard]] int process_id() const noexcept;

 private:
  friend struct detail::session_of;
  friend result<connection> connect(const detail::wait_limit&, const std::string&, error_report*);
  explicit connection(std::unique_ptr<detail::session> session) noexcept;

  std::unique_ptr<detail::session> session_;  // null: closed
};

/// Connects. Errors: not_connected, whose report, if `why` is given, says what every address answered; the limit's.
[[nodiscard]] result<connection> connect(const detail::wait_limit& limit, const std::string& conninfo,
                                         error_report* why = nullptr);
[[nodiscard]] inline result<connection> connect(const std::string& conninfo, error_report* why = nullptr) {
  return connect(detail::wait_limit{}, conninfo, why);
}
template <class Rep, class Period>
[[nodiscard]] result<connection> connect_for(const std::chrono::duration<Rep, Period>& d, const std::string& conninfo,
                                             error_report* why = nullptr) {
  return connect(weft::detail::within(d), conninfo, why);
}

}  // namespace weft::pq
