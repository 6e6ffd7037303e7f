// SPDX-License-Identifier: Apache-2.0
//
// What a database refuses, and why.
//
//     auto added = db.exec("insert into users values ($1)", name);
//     if (added.error() == weft::pq::errc::unique_violation) return already_there;
//     if (!added) std::puts(db.last_error().text().c_str());   // what was said, to which statement, by which server
//
// Every error of PostgreSQL has a SQLSTATE of five characters. It is the value of the std::error_code, of the category
// "weft.pq"; errc names those that programs ask for, and state("40003") makes any other. What the server says beyond
// that is kept by the connection until the next error: an error_report.
//
// A connection that breaks is errc::connection_lost, one that is not made errc::not_connected, both of class 08; a
// statement that was given up is weft::errc::cancelled or timed_out, and a connection that was closed
// weft::errc::closed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace weft::pq {

/// The value that stands for a SQLSTATE in an error_code: its characters as the digits of a number to the base 36.
[[nodiscard]] constexpr int state(std::string_view five) noexcept {
  int value = 0;
  for (const char c : five.substr(0, 5)) {
    value = value * 36 + (c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'Z' ? c - 'A' + 10 : 0);
  }
  return value;
}

enum class errc : int {
  not_connected = state("08001"),
  connection_lost = state("08006"),
  not_supported = state("0A000"),
  out_of_range = state("22003"),  // a value does not fit into the type it was asked for as
  null_value = state("22004"),    // NULL, asked for as something else than an optional
  bad_byte = state("22021"),      // a text with a zero byte
  bad_text = state("22P02"),      // a text that is no number, no bool or no bytea
  not_null_violation = state("23502"),
  foreign_key_violation = state("23503"),
  unique_violation = state("23505"),
  check_violation = state("23514"),
  failed_transaction = state("25P02"),
  wrong_password = state("28P01"),
  serialization_failure = state("40001"),
  deadlock_detected = state("40P01"),
  syntax_error = state("42601"),
  no_such_column = state("42703"),
  no_such_table = state("42P01"),
  too_many_connections = state("53300"),
  query_cancelled = state("57014"),
  server_shut_down = state("57P01"),
};

[[nodiscard]] const std::error_category& error_category() noexcept;

/// Found by argument-dependent lookup: a weft::pq::errc converts to std::error_code.
[[nodiscard]] inline std::error_code make_error_code(errc reason) noexcept {
  return {static_cast<int>(reason), error_category()};
}

/// The five characters, such as "23505"; empty if the code is of another category.
[[nodiscard]] std::string sqlstate(const std::error_code& code);

/// All that is known about an error.
struct error_report {
  std::error_code code{};
  std::string message{};    // the server's, or libpq's
  std::string detail{};     // the server's, perhaps empty
  std::string hint{};       // likewise
  std::string statement{};  // what was sent; its first 1000 bytes
  std::string server{};     // "host:port/database"

  /// All of it in one line, or "no error".
  [[nodiscard]] std::string text() const;
};

}  // namespace weft::pq

template <>
struct std::is_error_code_enum<weft::pq::errc> : std::true_type {};
