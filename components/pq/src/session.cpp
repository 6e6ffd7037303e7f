// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>
#include <vector>

#include "weft/blocking.hpp"
#include "weft/chan.hpp"
#include "weft/context.hpp"
#include "weft/go.hpp"
#include "weft/wait_group.hpp"

namespace weft::pq::detail {

namespace {

constexpr std::size_t longest_statement = 1000;  // in a report

/// libpq's messages are lines.
std::string one_line(const char* text) {
  std::string line(text == nullptr ? "" : text);
  while (!line.empty() && line.back() == '\n') line.pop_back();
  for (char& c : line) {
    if (c == '\n') c = ' ';
  }
  return line;
}

std::string field(const PGresult* from, int code) {
  const char* const text = PQresultErrorField(from, code);
  return text == nullptr ? "" : text;
}

/// Until one can read or write.
std::error_code wait_for_either(const wait_limit& limit, int fd) {
  chan<std::error_code> over(2);
  wait_group both;
  const cancel_scope one = with_cancel(background());
  both.go([&] { over.send(wait_readable(one, fd).error()); });
  both.go([&] { over.send(wait_writable(one, fd).error()); });
  const result<std::optional<std::error_code>> first = over.recv(limit);
  one.cancel();
  both.wait();
  return first ? **first : first.error();
}

/// Whether the server has been asked.
chan<bool> send_cancel(PGconn* connection) {
  chan<bool> asked(1);
  go([asked, cancel = PQgetCancel(connection)] {
    char message[256];
    asked.send(cancel != nullptr && blocking([&] { return PQcancel(cancel, message, sizeof message); }) == 1);
    PQfreeCancel(cancel);
  });
  return asked;
}

}  // namespace

void session::close() noexcept {
  if (connection_ != nullptr) PQfinish(std::exchange(connection_, nullptr));
}

void session::learn_server() {
  const auto text = [](const char* part) { return std::string(part == nullptr ? "" : part); };
  server_ = text(PQhost(connection_)) + ':' + text(PQport(connection_)) + '/' + text(PQdb(connection_));
}

void session::drop_notifications() noexcept {
  while (PGnotify* const note = PQnotifies(connection_)) PQfreemem(note);
}

bool session::in_transaction() const noexcept {
  if (closed()) return false;
  const PGTransactionStatusType now = PQtransactionStatus(connection_);
  return now == PQTRANS_INTRANS || now == PQTRANS_INERROR;
}

// ---- errors --------------------------------------------------------------------------------------------------------

std::error_code session::fail(std::error_code code, std::string message) {
  last_ = {.code = code, .message = std::move(message), .statement = statement_, .server = server_};
  return code;
}

std::error_code session::fail(const PGresult* from) {
  const std::string five = field(from, PG_DIAG_SQLSTATE);
  const int value = state(five);
  const bool lost = PQstatus(connection_) == CONNECTION_BAD;
  fail(value != 0 ? std::error_code(value, error_category())
                  : make_error_code(lost ? errc::connection_lost : errc::not_supported),
       one_line(PQresultErrorField(from, PG_DIAG_MESSAGE_PRIMARY)));
  if (last_.message.empty()) last_.message = one_line(PQresultErrorMessage(from));
  last_.detail = one_line(PQresultErrorField(from, PG_DIAG_MESSAGE_DETAIL));
  last_.hint = one_line(PQresultErrorField(from, PG_DIAG_MESSAGE_HINT));
  return last_.code;
}

std::error_code session::fail_here() {
  const bool lost = PQstatus(connection_) == CONNECTION_BAD;
  return fail(lost ? errc::connection_lost : errc::not_supported, one_line(PQerrorMessage(connection_)));
}

// ---- the exchange --------------------------------------------------------------------------------------------------

std::error_code session::connect(const wait_limit& limit) {
  for (PostgresPollingStatusType next = PGRES_POLLING_WRITING; next != PGRES_POLLING_OK;) {
    if (next == PGRES_POLLING_FAILED || PQstatus(connection_) == CONNECTION_BAD) {
      learn_server();
      return fail(errc::not_connected, one_line(PQerrorMessage(connection_)));
    }
    const int fd = PQsocket(connection_);
    const result<void> ready = next == PGRES_POLLING_READING ? wait_readable(limit, fd) : wait_writable(limit, fd);
    if (!ready) {
      learn_server();
      return fail(ready.error(), "while connecting: " + ready.error().message());
    }
    next = blocking([this] { return PQconnectPoll(connection_); });  // it looks names up, and reads files
  }
  learn_server();
  return PQsetnonblocking(connection_, 1) == 0 ? std::error_code() : fail_here();
}

std::error_code session::take_in(const wait_limit& limit) {
  if (const result<void> ready = wait_readable(limit, PQsocket(connection_)); !ready) return ready.error();
  static_cast<void>(PQconsumeInput(connection_));  // if that fails, the next result says why
  return {};
}

std::error_code session::flush(const wait_limit& limit) {
  for (;;) {
    const int left = PQflush(connection_);
    if (left <= 0) return {};  // if it failed, the next result says why
    if (const std::error_code error = wait_for_either(limit, PQsocket(connection_))) return error;
    if (PQconsumeInput(connection_) == 0) return {};
  }
}

/// No answer: that was the last. A lost connection is an answer, too, and libpq then never says that it is busy. A
/// limit that has passed lets it read once (`has_read`): else a server that is quick would never be too late.
std::error_code session::next(const wait_limit& limit, bool& has_read, answer& into) {
  while (PQstatus(connection_) != CONNECTION_BAD && PQisBusy(connection_) != 0) {
    if (has_read && limit.passed()) return weft::errc::timed_out;
    has_read = true;
    if (const std::error_code error = take_in(limit)) return error;
  }
  PGresult* const got = PQgetResult(connection_);
  into = got == nullptr ? answer() : answer(got, PQclear);
  return {};
}

result<answer> session::collect(const wait_limit& limit, ExecStatusType wanted) {
  answer last;
  std::error_code failed;
  for (bool has_read = false;;) {
    answer now;
    if (const std::error_code error = next(limit, has_read, now)) {
      fail(error, error.message());
      return abandon(error);
    }
    if (now == nullptr) {
      feeds_ = false;
      break;
    }
    const ExecStatusType status = PQresultStatus(now.get());
    if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
      const std::error_code error = fail(now.get());
      if (!failed) failed = error;
    } else if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
      feeds_ = status != PGRES_COPY_OUT;
      if (status == wanted) return now;
      return abandon(fail(errc::not_supported, "this is a COPY: use copy_in() or copy_out()"));
    }
    last = std::move(now);
    if (PQstatus(connection_) == CONNECTION_BAD) break;
  }
  if (failed) return failed;
  if (last == nullptr) return fail_here();
  if (wanted != PGRES_COMMAND_OK) return fail(errc::not_supported, "this is not the COPY that was expected");
  return last;
}

result<answer> session::exchange(const wait_limit& limit, std::string_view statement, int sent, ExecStatusType wanted) {
  statement_ = statement.substr(0, longest_statement);
  if (sent == 0) return fail_here();
  if (const std::error_code error = flush(limit)) {
    fail(error, error.message());
    return abandon(error);
  }
  return collect(limit, wanted);
}

std::error_code session::look_at(const wait_limit& limit, std::string_view statement) {
  if (closed()) return weft::errc::closed;
  statement_ = statement.substr(0, longest_statement);
  if (limit.called_off()) return fail(limit.by->reason(), "before it was sent");
  if (statement.find('\0') != statement.npos) return fail(errc::bad_byte, "the statement has a zero byte");
  drop_notifications();
  return {};
}

result<session::packed> session::pack(std::span<const parameter> values) {
  constexpr std::size_t most = 65535;  // the protocol counts them in 16 bits
  if (values.size() > most) {
    return fail(errc::out_of_range, "more than 65535 parameters: " + std::to_string(values.size()));
  }
  packed all;
  for (const parameter& each : values) {
    const std::size_t place = all.bytes.size() + 1;
    if (!each.is_binary() && each.bytes().find('\0') != std::string::npos) {
      return fail(errc::bad_byte, "the text for $" + std::to_string(place) + " has a zero byte");
    }
    if (each.bytes().size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
      return fail(errc::out_of_range, "$" + std::to_string(place) + " is too large");
    }
    all.bytes.push_back(each.is_null() ? nullptr : each.bytes().c_str());
    all.sizes.push_back(static_cast<int>(each.bytes().size()));
    all.formats.push_back(each.is_binary() ? 1 : 0);
  }
  return all;
}

result<answer> session::run(const wait_limit& limit, std::string_view statement, std::span<const parameter> values,
                            ExecStatusType wanted) {
  if (const std::error_code error = look_at(limit, statement)) return error;
  const result<packed> all = pack(values);
  if (!all) return all.error();
  const int sent = PQsendQueryParams(connection_, std::string(statement).c_str(), all->count(), nullptr,
                                     all->bytes.data(), all->sizes.data(), all->formats.data(), 0);
  return exchange(limit, statement, sent, wanted);
}

result<answer> session::run_script(const wait_limit& limit, std::string_view statements) {
  if (const std::error_code error = look_at(limit, statements)) return error;
  return exchange(limit, statements, PQsendQuery(connection_, std::string(statements).c_str()), PGRES_COMMAND_OK);
}

// ---- giving up -----------------------------------------------------------------------------------------------------

/// Everything that still comes, whatever it is. False: it has not ended in time, or the connection is lost.
bool session::drain(const wait_limit& limit) {
  for (bool has_read = false;;) {
    if (flush(limit)) return false;
    answer now;
    if (next(limit, has_read, now) || PQstatus(connection_) == CONNECTION_BAD) return false;
    if (now == nullptr) return true;
    const ExecStatusType status = PQresultStatus(now.get());
    if (status == PGRES_COPY_IN || status == PGRES_COPY_BOTH) {
      feeds_ = true;
      static_cast<void>(PQputCopyEnd(connection_, "given up by the client"));
    }
    while (status == PGRES_COPY_OUT) {
      char* row = nullptr;
      const int size = PQgetCopyData(connection_, &row, 1);
      if (row != nullptr) PQfreemem(row);
      if (size < 0) break;
      if (size == 0 && take_in(limit)) return false;
      if (PQstatus(connection_) == CONNECTION_BAD) return false;
    }
  }
}

/// A request to cancel that overtakes its statement does nothing: so it is repeated.
std::error_code session::abandon(std::error_code why) {
  const clock::time_point end = clock::now() + patience;
  if (feeds_) {
    if (drain(weft::detail::until(std::min(end, clock::now() + std::chrono::milliseconds(500))))) {
      feeds_ = false;
      return why;
    }
    if (PQstatus(connection_) != CONNECTION_BAD)
      static_cast<void>(send_cancel(connection_).recv(weft::detail::until(end)));
    close();
    return why;
  }
  for (clock::duration pause = std::chrono::milliseconds(50); clock::now() < end; pause *= 2) {
    const result<std::optional<bool>> asked = send_cancel(connection_).recv(weft::detail::until(end));
    if (!asked || !**asked) break;
    if (drain(weft::detail::until(std::min(end, clock::now() + pause)))) {
      if (feeds_) break;  // it was cancelled before it was known to be one: a second answer may be on its way
      return why;
    }
    if (PQstatus(connection_) == CONNECTION_BAD) break;
  }
  close();
  return why;
}

}  // namespace weft::pq::detail
