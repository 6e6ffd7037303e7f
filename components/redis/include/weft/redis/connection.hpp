// SPDX-License-Identifier: Apache-2.0
//
// A connection to Redis.
//
//     auto db = weft::redis::connect(ctx, {.host = "localhost", .password = "secret", .database = 2});
//     if (!db) return db.error();
//     auto value = db->command(ctx, "get", "name");
//     if (!value) return value.error();                     // also if Redis answers with an error: its code
//     if (!value->is_nil()) use(value->text());
//
// A command blocks its goroutine until its reply is there, and no thread. Each call takes a context, or another limit,
// first, if one likes. When that ends in the middle of the exchange the connection is closed, because the reply that
// may still come would be taken for that to the next command; whether the command was carried out is then not known.
//
// For one goroutine or thread at a time; it can be moved. A default one, or one that was moved away, is closed.
//
// It stands on weft's own sockets, and has of hiredis what reads and writes the protocol (RESP2). So names are looked
// up, deadlines kept and addresses tried as in all of weft/net.hpp, and there is no callback to turn inside out.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weft/clock.hpp"
#include "weft/redis/batch.hpp"
#include "weft/redis/error.hpp"
#include "weft/redis/reply.hpp"
#include "weft/result.hpp"

namespace weft::redis {

namespace detail {
class wire;
struct wire_of;
using weft::detail::wait_limit;
}  // namespace detail

struct connect_options {
  std::string host = "127.0.0.1";
  std::string port = "6379";
  std::string path{};      // of a Unix socket; then host and port do not count
  std::string user{};      // empty: the default one
  std::string password{};  // empty: none
  int database = 0;
};

class connection {
 public:
  connection() noexcept;
  connection(connection&& other) noexcept;
  connection& operator=(connection&& other) noexcept;
  ~connection();

  /// One command with its arguments, and its reply. An error that Redis answers is the call's error.
  template <class... Arguments>
  requires(std::convertible_to<const Arguments&, argument>&&...) result<reply> command(const detail::wait_limit& limit,
                                                                                       std::string_view name,
                                                                                       const Arguments&... arguments) {
    batch one;
    one.add(name, arguments...);
    return run_one(limit, one);
  }
  template <class... Arguments>
  requires(std::convertible_to<const Arguments&, argument>&&...) result<reply> command(std::string_view name,
                                                                                       const Arguments&... arguments) {
    return command(detail::wait_limit{}, name, arguments...);
  }
  template <class Rep, class Period, class... Arguments>
  requires(std::convertible_to<const Arguments&, argument>&&...) result<reply> command_for(
      const std::chrono::duration<Rep, Period>& d, std::string_view name, const Arguments&... arguments) {
    return command(weft::detail::within(d), name, arguments...);
  }

  /// Several, sent at once; their replies, errors among them, in order. If the call fails, none is known.
  result<std::vector<reply>> run(const detail::wait_limit& limit, const batch& commands);
  result<std::vector<reply>> run(const batch& commands) { return run({}, commands); }

  /// Whether it is connected, as far as is known without asking: an end that the server has sent is noticed.
  [[nodiscard]] bool is_open() noexcept;
  /// is_open(), and as connect() made it: neither inside MULTI or WATCH, nor changed by SELECT, AUTH, HELLO or CLIENT.
  [[nodiscard]] bool is_idle() noexcept;
  void close() noexcept;

  /// Of the latest operation that failed; empty before.
  [[nodiscard]] const error_report& last_error() const noexcept;
  /// "host:port", or the path; empty if it is closed.
  [[nodiscard]] const std::string& server() const noexcept;

 private:
  friend struct detail::wire_of;
  friend result<connection> connect(const detail::wait_limit&, const connect_options&, error_report*);
  explicit connection(std::unique_ptr<detail::wire> wire) noexcept;
  result<reply> run_one(const detail::wait_limit& limit, const batch& one);
  [[nodiscard]] std::error_code send(const detail::wait_limit& limit, const batch& commands);
  void take_step(batch::step what, const reply& answer);

  std::unique_ptr<detail::wire> wire_;  // null: closed
  bool in_multi_ = false;
  bool watches_ = false;
  bool altered_ = false;
};

/// Connects, and says who one is and which database one wants. Errors: weft::net's and the system's; Redis' own, such
/// as errc::wrong_password. `why`, if given, is the report.
[[nodiscard]] result<connection> connect(const detail::wait_limit& limit, const connect_options& to = {},
                                         error_report* why = nullptr);
[[nodiscard]] inline result<connection> connect(const connect_options& to = {}, error_report* why = nullptr) {
  return connect(detail::wait_limit{}, to, why);
}
template <class Rep, class Period>
[[nodiscard]] result<connection> connect_for(const std::chrono::duration<Rep, Period>& d,
                                             const connect_options& to = {}, error_report* why = nullptr) {
  return connect(weft::detail::within(d), to, why);
}

}  // namespace weft::redis
