// SPDX-License-Identifier: Apache-2.0
#include "prepared.hpp"

#include <utility>

#include "session.hpp"
#include "weft/pq/statement.hpp"

namespace weft::pq::detail {

// ---- the book ------------------------------------------------------------------------------------------------------

const std::string* prepared_statements::find(std::string_view text) {
  const auto found = by_text_.find(text);
  if (found == by_text_.end()) return nullptr;
  all_.splice(all_.begin(), all_, found->second);
  return &found->second->name;
}

void prepared_statements::keep(std::string_view text, std::string name) {
  all_.push_front({std::string(text), std::move(name)});
  by_text_.emplace(all_.front().text, all_.begin());
}

void prepared_statements::forget(std::string_view text) {
  const auto found = by_text_.find(text);
  if (found == by_text_.end()) return;
  const auto which = found->second;
  by_text_.erase(found);
  all_.erase(which);
}

// ---- the session ---------------------------------------------------------------------------------------------------

namespace {

/// The server does not know the name.
bool forgotten(const std::error_code& error) {
  return error.category() == error_category() && error.value() == state("26000");
}

/// Or would answer otherwise than it has announced.
bool wants_anew(const std::error_code& error) { return forgotten(error) || error == errc::not_supported; }

}  // namespace

result<std::string> session::prepare(const wait_limit& limit, const std::string& text) {
  if (const std::string* const known = prepared_.find(text)) return *known;
  std::string name = prepared_.new_name();
  const result<answer> made =
      exchange(limit, text, PQsendPrepare(connection_, name.c_str(), text.c_str(), 0, nullptr), PGRES_COMMAND_OK);
  if (!made) return made.error();
  prepared_.keep(text, name);
  if (const std::error_code error = evict(limit)) return error;
  return name;
}

/// Not inside a transaction, which would fail if the server has forgotten the statement by itself; outside of one that
/// is no failure.
std::error_code session::evict(const wait_limit& limit) {
  while (prepared_.size() > most_prepared && PQtransactionStatus(connection_) == PQTRANS_IDLE) {
    const error_report before = last_;
    const std::string statement = "deallocate " + prepared_.oldest_name();
    prepared_.forget(std::string(prepared_.oldest_text()));
    const result<answer> done =
        exchange(limit, statement, PQsendQuery(connection_, statement.c_str()), PGRES_COMMAND_OK);
    if (!done && !forgotten(done.error())) return done.error();
    last_ = before;
  }
  return {};
}

result<answer> session::run_prepared(const wait_limit& limit, std::string_view statement,
                                     std::span<const parameter> values) {
  if (const std::error_code error = look_at(limit, statement)) return error;
  const std::string text(statement);
  result<packed> all = pack(values);
  if (!all) return all.error();
  const error_report before = last_;
  for (bool again = false;; again = true) {
    const result<std::string> name = prepare(limit, text);
    if (!name) return name.error();
    const int sent = PQsendQueryPrepared(connection_, name->c_str(), all->count(), all->bytes.data(), all->sizes.data(),
                                         all->formats.data(), 0);
    result<answer> done = exchange(limit, statement, sent, PGRES_COMMAND_OK);
    if (done && again) last_ = before;
    if (done || closed() || !wants_anew(done.error())) return done;
    prepared_.forget(text);
    if (again || PQtransactionStatus(connection_) != PQTRANS_IDLE) return done;
  }
}

}  // namespace weft::pq::detail
