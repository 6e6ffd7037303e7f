// SPDX-License-Identifier: Apache-2.0
#include "weft/pq/rows.hpp"

#include <libpq-fe.h>

#include "weft/go.hpp"

namespace weft::pq {

namespace {

int digit(char c) noexcept {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

}  // namespace

result<std::vector<std::byte>> detail::reading<std::vector<std::byte>>::of(std::string_view text) {
  if (!text.starts_with("\\x") || text.size() % 2 != 0) return errc::bad_text;
  std::vector<std::byte> bytes;
  bytes.reserve(text.size() / 2 - 1);
  for (std::size_t i = 2; i < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) return errc::bad_text;
    bytes.push_back(static_cast<std::byte>(high * 16 + low));
  }
  return bytes;
}

std::size_t row::columns() const noexcept { return static_cast<std::size_t>(PQnfields(of_)); }

result<std::optional<std::string_view>> row::cell(std::size_t column) const {
  if (column >= columns()) return errc::no_such_column;
  const int at = static_cast<int>(column);
  if (PQgetisnull(of_, index_, at) != 0) return std::optional<std::string_view>();
  const auto size = static_cast<std::size_t>(PQgetlength(of_, index_, at));
  return std::optional(std::string_view(PQgetvalue(of_, index_, at), size));
}

result<std::optional<std::string_view>> row::cell(std::string_view column) const {
  for (std::size_t i = 0; i < columns(); ++i) {
    if (PQfname(of_, static_cast<int>(i)) == column) return cell(i);
  }
  return errc::no_such_column;
}

std::size_t rows::size() const noexcept { return static_cast<std::size_t>(PQntuples(from_.get())); }

row rows::operator[](std::size_t index) const {
  if (index >= size()) weft::panic("weft::pq: there is no such row");
  return row(from_.get(), static_cast<int>(index));
}

std::size_t rows::columns() const noexcept { return static_cast<std::size_t>(PQnfields(from_.get())); }

std::string_view rows::column_name(std::size_t column) const noexcept {
  return column < columns() ? PQfname(from_.get(), static_cast<int>(column)) : std::string_view();
}

std::uint64_t rows::affected() const noexcept {
  const std::string_view text = from_ == nullptr ? "" : PQcmdTuples(from_.get());
  std::uint64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

std::string_view rows::command() const noexcept { return from_ == nullptr ? "" : PQcmdStatus(from_.get()); }

}  // namespace weft::pq
