// SPDX-License-Identifier: Apache-2.0
//
// The text of a statement, where one is taken; and whether the server is to prepare it.
//
//     db.query("select name from users where id = $1", 7);
//     db.query(weft::pq::prepared("select name from users where id = $1"), 7);     // parsed once for this connection
//
// A prepared statement is parsed when it is used on a connection for the first time, and planned when the server finds
// that worth while; from then on only its parameters are sent. The connection knows it by its text, and keeps the
// most_prepared that were used last: so a program says prepared() where it pays, and holds on to nothing. It saves the
// server's time, not a round trip; the first use costs one more. With a pool each connection prepares for itself.
//
// When the server has forgotten a statement (DEALLOCATE ALL, DISCARD ALL), or it returns something else since a table
// was changed, it is prepared anew, and done again; not inside a transaction, which has failed by then. Who connects
// through something that gives each transaction another server (pgbouncer's transaction mode) does not prepare.
//
// Refers to the text: it is for the call that it is made for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weft::pq {

/// How many a connection keeps prepared.
inline constexpr std::size_t most_prepared = 128;

class statement {
 public:
  statement(std::string_view text) noexcept : text_(text) {}
  statement(const std::string& text) noexcept : text_(text) {}
  statement(const char* text) noexcept : text_(text) {}

  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  [[nodiscard]] bool is_prepared() const noexcept { return prepared_; }

 private:
  friend statement prepared(std::string_view text) noexcept;

  std::string_view text_;
  bool prepared_ = false;
};

/// A statement that the server prepares.
[[nodiscard]] inline statement prepared(std::string_view text) noexcept {
  statement made(text);
  made.prepared_ = true;
  return made;
}

}  // namespace weft::pq
