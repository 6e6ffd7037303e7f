// SPDX-License-Identifier: Apache-2.0
#include "weft/pq/transaction.hpp"

#include <string>

#include "session.hpp"

namespace weft::pq {

result<transaction> begin(const detail::wait_limit& limit, connection& on, std::string_view mode) {
  const result<rows> begun = on.query(limit, "begin " + std::string(mode));
  if (!begun) return begun.error();
  return transaction(on);
}

/// What does not end the transaction leaves that to the next, or to the destructor.
result<rows> transaction::end(const detail::wait_limit& limit, std::string_view how) {
  result<rows> done = on_->query(limit, how);
  const detail::session* const session = detail::session_of::get(*on_);
  if (session == nullptr || !session->in_transaction()) on_ = nullptr;
  return done;
}

result<void> transaction::commit(const detail::wait_limit& limit) {
  if (on_ == nullptr) return errc::failed_transaction;
  const result<rows> done = end(limit, "commit");
  if (!done) return done.error();
  if (done->command() != "COMMIT") return errc::failed_transaction;
  return {};
}

result<void> transaction::rollback(const detail::wait_limit& limit) {
  if (on_ == nullptr) return {};
  const result<rows> done = end(limit, "rollback");
  if (!done) return done.error();
  return {};
}

transaction::~transaction() {
  if (on_ == nullptr || !on_->is_open()) return;
  connection& on = *on_;
  if (!rollback(weft::detail::within(patience))) on.close();
}

}  // namespace weft::pq
