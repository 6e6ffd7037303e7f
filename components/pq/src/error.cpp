// SPDX-License-Identifier: Apache-2.0
#include "weft/pq/error.hpp"

namespace weft::pq {

namespace {

const char* name_of(errc reason) noexcept {
  switch (reason) {
    case errc::not_connected:
      return "no connection could be made";
    case errc::connection_lost:
      return "the connection is lost";
    case errc::not_supported:
      return "not supported";
    case errc::out_of_range:
      return "a number is out of range";
    case errc::null_value:
      return "a value is NULL";
    case errc::bad_byte:
      return "a text has a byte that must not be there";
    case errc::bad_text:
      return "a text does not stand for a value of the type";
    case errc::not_null_violation:
      return "not-null violation";
    case errc::foreign_key_violation:
      return "foreign key violation";
    case errc::unique_violation:
      return "unique violation";
    case errc::check_violation:
      return "check violation";
    case errc::failed_transaction:
      return "the transaction has failed";
    case errc::wrong_password:
      return "wrong password";
    case errc::serialization_failure:
      return "serialization failure";
    case errc::deadlock_detected:
      return "deadlock detected";
    case errc::syntax_error:
      return "syntax error";
    case errc::no_such_column:
      return "no such column";
    case errc::no_such_table:
      return "no such table";
    case errc::too_many_connections:
      return "too many connections";
    case errc::query_cancelled:
      return "the statement was cancelled";
    case errc::server_shut_down:
      return "the server shuts down";
  }
  return "the server reports an error";
}

std::string digits_of(int value) {
  std::string five(5, '0');
  for (std::size_t i = 5; i-- > 0; value /= 36) five[i] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[value % 36];
  return five;
}

class category final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "weft.pq"; }
  [[nodiscard]] std::string message(int value) const override {
    return std::string(name_of(static_cast<errc>(value))) + " (SQLSTATE " + digits_of(value) + ")";
  }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const category only;
  return only;
}

std::string sqlstate(const std::error_code& code) {
  return code.category() == error_category() ? digits_of(code.value()) : std::string();
}

std::string error_report::text() const {
  if (!code) return "no error";
  std::string all = server.empty() ? "" : server + ": ";
  all += message.empty() ? code.message() : message;
  if (const std::string five = sqlstate(code); !five.empty()) all += " (SQLSTATE " + five + ")";
  if (!detail.empty()) all += "; " + detail;
  if (!hint.empty()) all += "; " + hint;
  if (!statement.empty()) all += "; in: " + statement;
  return all;
}

}  // namespace weft::pq
