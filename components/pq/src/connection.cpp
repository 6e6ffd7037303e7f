// SPDX-License-Identifier: Apache-2.0
#include "weft/pq/connection.hpp"

#include <utility>

#include "session.hpp"
#include "weft/blocking.hpp"

namespace weft::pq {

connection::connection() noexcept = default;
connection::connection(connection&&) noexcept = default;
connection& connection::operator=(connection&&) noexcept = default;
connection::~connection() = default;
connection::connection(std::unique_ptr<detail::session> session) noexcept : session_(std::move(session)) {}

result<connection> connect(const detail::wait_limit& limit, const std::string& conninfo, error_report* why) {
  if (limit.called_off()) return limit.by->reason();
  if (conninfo.find('\0') != conninfo.npos) {
    if (why != nullptr) *why = {.code = errc::bad_byte, .message = "the connection string has a zero byte"};
    return errc::bad_byte;
  }
  PGconn* const begun = blocking([&] { return PQconnectStart(conninfo.c_str()); });
  if (begun == nullptr) return std::make_error_code(std::errc::not_enough_memory);
  auto made = std::make_unique<detail::session>(begun);
  PQsetNoticeProcessor(
      begun, [](void*, const char*) {}, nullptr);
  if (const std::error_code error = made->connect(limit)) {
    if (why != nullptr) *why = made->last_error();
    return error;
  }
  return connection(std::move(made));
}

result<rows> connection::query_with(const detail::wait_limit& limit, const statement& what,
                                    std::span<const parameter> values) {
  if (session_ == nullptr) return weft::errc::closed;
  result<detail::answer> got = what.is_prepared() ? session_->run_prepared(limit, what.text(), values)
                                                  : session_->run(limit, what.text(), values);
  if (!got) return got.error();
  return rows(std::move(*got));
}

result<rows> connection::script(const detail::wait_limit& limit, std::string_view statements) {
  if (session_ == nullptr) return weft::errc::closed;
  result<detail::answer> got = session_->run_script(limit, statements);
  if (!got) return got.error();
  return rows(std::move(*got));
}

/// Reading does not block, and is how libpq learns that the server has ended: the first read may bring its last words,
/// the second the end.
bool connection::is_open() noexcept {
  if (session_ == nullptr || session_->closed()) return false;
  PGconn* const c = session_->get();
  return PQstatus(c) == CONNECTION_OK && PQconsumeInput(c) == 1 && PQconsumeInput(c) == 1;
}

bool connection::is_idle() noexcept {
  return is_open() && PQtransactionStatus(session_->get()) == PQTRANS_IDLE && PQisBusy(session_->get()) == 0;
}

// The session stays: a COPY may still refer to it.
void connection::close() noexcept {
  if (session_ != nullptr) session_->close();
}

const error_report& connection::last_error() const noexcept {
  static const error_report none;
  return session_ == nullptr ? none : session_->last_error();
}

const std::string& connection::server() const noexcept {
  static const std::string nowhere;
  return session_ == nullptr || session_->closed() ? nowhere : session_->server();
}

int connection::process_id() const noexcept {
  return session_ == nullptr || session_->closed() ? 0 : PQbackendPID(session_->get());
}

}  // namespace weft::pq
