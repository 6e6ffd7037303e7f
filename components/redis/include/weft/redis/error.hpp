// SPDX-License-Identifier: Apache-2.0
//
// What Redis refuses, and why, as std::error_code of the category "weft.redis".
//
//     auto n = db.command("incr", "visits");
//     if (n.error() == weft::redis::errc::wrong_type) ...
//     if (!n) std::puts(db.last_error().text().c_str());        // what was said, to which command, by which server
//
// An error of Redis is a line whose first word says which; the words that programs ask for have a code, all others are
// errc::refused. The connection keeps the line until the next error: an error_report. A command that was given up is
// weft::errc::cancelled or timed_out, and a connection that was closed weft::errc::closed; why no connection could be
// made is said by the system's codes, or by weft/net/error.hpp.
#pragma once

#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace weft::redis {

enum class errc {
  refused = 1,      // ERR, and every other word
  wrong_type,       // WRONGTYPE: the key holds something else
  no_auth,          // NOAUTH: a password is wanted
  wrong_password,   // WRONGPASS
  no_permission,    // NOPERM
  no_script,        // NOSCRIPT
  read_only,        // READONLY: this server only follows another
  loading,          // LOADING: the server reads its data yet
  busy,             // BUSY: a script does not end
  out_of_memory,    // OOM
  aborted,          // EXECABORT: a command of the transaction was refused
  moved,            // MOVED, ASK: another server of the cluster has the key
  not_supported,    // a command that is no question with one answer
  bad_reply,        // what came is not Redis' protocol
  connection_lost,  // the server has closed the connection, or it broke
};

[[nodiscard]] const std::error_category& error_category() noexcept;

/// Found by argument-dependent lookup: a weft::redis::errc converts to std::error_code.
[[nodiscard]] inline std::error_code make_error_code(errc reason) noexcept {
  return {static_cast<int>(reason), error_category()};
}

/// The code for what Redis says: "WRONGTYPE Operation against ..." is errc::wrong_type.
[[nodiscard]] errc code_of(std::string_view line) noexcept;

/// All that is known about an error.
struct error_report {
  std::error_code code{};
  std::string message{};  // the server's, or the system's
  std::string command{};  // its name; of several, the first
  std::string server{};   // "host:port", or the path of a Unix socket

  /// All of it in one line, or "no error".
  [[nodiscard]] std::string text() const;
};

}  // namespace weft::redis

template <>
struct std::is_error_code_enum<weft::redis::errc> : std::true_type {};
