// SPDX-License-Identifier: Apache-2.0
//
// A PGconn driven without blocking: what queries, COPY and LISTEN share.
//
// libpq is in non-blocking mode. Statements go into its buffer; flush() hands them to the socket, and while there is no
// room reads what comes meanwhile, because the server may itself be waiting for us to read. next() waits for the next
// result. The descriptor is asked for before each wait: libpq changes it when it tries another address, or connects
// once more without TLS.
//
// Errors. fail() writes the report and returns its code. A limit that ends leaves the exchange with the server in the
// middle: abandon() then cancels the statement and reads on to the end of the exchange, within `patience`; if that
// fails the connection is closed, so that no answer is ever taken for that to another statement. A COPY that feeds the
// server is not cancelled so: while it reads one, the server passes over the Sync that ended the statement, but if the
// cancellation comes before it has come to that, it answers this Sync and the one behind the COPY, and the next
// statement would take the second answer for its own. It is told that the COPY is given up, which ends it at once; if
// it does not, it is cancelled, and the connection closed.
//
// PQcancel connects anew, and blocks: it is called in a goroutine of its own, which has its own copy of what it needs
// and may outlive the session.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "prepared.hpp"
#include "weft/clock.hpp"
#include "weft/pq/connection.hpp"
#include "weft/pq/error.hpp"
#include "weft/pq/parameter.hpp"
#include "weft/readiness.hpp"
#include "weft/result.hpp"

namespace weft::pq::detail {

using weft::detail::wait_limit;
using answer = std::shared_ptr<PGresult>;

class session {
 public:
  explicit session(PGconn* connection) noexcept : connection_(connection) {}
  session(const session&) = delete;
  session& operator=(const session&) = delete;
  ~session() { close(); }

  [[nodiscard]] PGconn* get() const noexcept { return connection_; }
  [[nodiscard]] bool closed() const noexcept { return connection_ == nullptr; }
  void close() noexcept;

  /// Until libpq says that it is connected, or why not.
  [[nodiscard]] std::error_code connect(const wait_limit& limit);

  /// One statement, to its last result; if that begins a COPY, to there. Fails if that is not the kind of end that is
  /// wanted: PGRES_COPY_IN, PGRES_COPY_OUT, or anything else for none.
  [[nodiscard]] result<answer> run(const wait_limit& limit, std::string_view statement,
                                   std::span<const parameter> values, ExecStatusType wanted = PGRES_COMMAND_OK);
  /// The same, by a statement that the server has prepared, or prepares now.
  [[nodiscard]] result<answer> run_prepared(const wait_limit& limit, std::string_view statement,
                                            std::span<const parameter> values);
  /// Several.
  [[nodiscard]] result<answer> run_script(const wait_limit& limit, std::string_view statements);

  /// The results of what has been sent, to the last.
  [[nodiscard]] result<answer> collect(const wait_limit& limit, ExecStatusType wanted = PGRES_COMMAND_OK);

  /// Until libpq's buffer is empty.
  [[nodiscard]] std::error_code flush(const wait_limit& limit);

  /// Waits for bytes and takes them in.
  [[nodiscard]] std::error_code take_in(const wait_limit& limit);

  /// Ends the exchange with the server, or else the connection; returns `why`.
  std::error_code abandon(std::error_code why);

  /// What has been notified and was not asked for.
  void drop_notifications() noexcept;

  /// Whether a transaction is open, in which all may be well or not.
  [[nodiscard]] bool in_transaction() const noexcept;

  /// Writes the report.
  std::error_code fail(std::error_code code, std::string message);
  std::error_code fail(const PGresult* from);
  /// Of libpq's own message: the connection is lost, or was used wrongly.
  std::error_code fail_here();

  [[nodiscard]] const error_report& last_error() const noexcept { return last_; }
  [[nodiscard]] const std::string& server() const noexcept { return server_; }

 private:
  /// Parameters as libpq takes them; refers to their values.
  struct packed {
    std::vector<const char*> bytes;
    std::vector<int> sizes;
    std::vector<int> formats;
    [[nodiscard]] int count() const noexcept { return static_cast<int>(bytes.size()); }
  };

  /// Why the statement is not even sent.
  [[nodiscard]] std::error_code look_at(const wait_limit& limit, std::string_view statement);
  [[nodiscard]] result<packed> pack(std::span<const parameter> values);
  [[nodiscard]] std::error_code evict(const wait_limit& limit);
  [[nodiscard]] result<std::string> prepare(const wait_limit& limit, const std::string& text);
  [[nodiscard]] result<answer> exchange(const wait_limit& limit, std::string_view statement, int sent,
                                        ExecStatusType wanted);
  [[nodiscard]] std::error_code next(const wait_limit& limit, bool& has_read, answer& into);
  [[nodiscard]] bool drain(const wait_limit& limit);
  void learn_server();

  PGconn* connection_;  // null: closed
  std::string server_;
  std::string statement_;  // the latest, for reports
  bool feeds_ = false;     // and a COPY that feeds the server; its end has not come
  error_report last_;
  prepared_statements prepared_;
};

/// For what works on the session of a connection.
struct session_of {
  /// Null if it is closed.
  [[nodiscard]] static session* get(const connection& c) noexcept { return c.session_.get(); }
};

}  // namespace weft::pq::detail
