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

/// The server does not know the name, or would answer otherwise than it has announced.
bool wants_anew(const std::error_code& error) {
  constexpr int no_such_name = state("26000");
  return error.category() == error_category() && (error.value() == no_such_name || error == errc::not_supported);
}

}  // namespace

/// Nothing is evicted before the new one is there: in a failed transaction neither can be done.
result<std::string> session::prepare(const wait_limit& limit, const std::string& text) {
  if (const std::string* const known = prepared_.find(text)) return *known;
  std::string name = prepared_.new_name();
  const result<answer> made =
      exchange(limit, text, PQsendPrepare(connection_, name.c_str(), text.c_str(), 0, nullptr), PGRES_COMMAND_OK);
  if (!made) return made.error();
  prepared_.keep(text, name);
  if (prepared_.size() > most_prepared) {
    const std::string gone = "deallocate " + prepared_.oldest_name();
    prepared_.forget(std::string(prepared_.oldest_text()));
    const result<answer> done = exchange(limit, gone, PQsendQuery(connection_, gone.c_str()), PGRES_COMMAND_OK);
    if (!done) return done.error();
  }
  return name;
}

result<answer> session::run_prepared(const wait_limit& limit, std::string_view statement,
                                     std::span<const parameter> values) {
  if (const std::error_code error = look_at(limit, statement)) return error;
  const std::string text(statement);
  result<packed> all = pack(values);
  if (!all) return all.error();
  for (bool again = false;; again = true) {
    const result<std::string> name = prepare(limit, text);
    if (!name) return name.error();
    const int sent = PQsendQueryPrepared(connection_, name->c_str(), all->count(), all->bytes.data(), all->sizes.data(),
                                         all->formats.data(), 0);
    result<answer> done = exchange(limit, statement, sent, PGRES_COMMAND_OK);
    if (done || closed() || !wants_anew(done.error())) return done;
    prepared_.forget(text);
    if (again || PQtransactionStatus(connection_) != PQTRANS_IDLE) return done;
  }
}

}  // namespace weft::pq::detail
