// SPDX-License-Identifier: Apache-2.0
#include "weft/pq/transaction.hpp"

#include <string>

namespace weft::pq {

result<transaction> begin(const detail::wait_limit& limit, connection& on, std::string_view mode) {
  const result<rows> begun = on.query(limit, "begin " + std::string(mode));
  if (!begun) return begun.error();
  return transaction(on);
}

result<void> transaction::commit(const detail::wait_limit& limit) {
  if (on_ == nullptr) return errc::failed_transaction;
  const result<rows> done = std::exchange(on_, nullptr)->query(limit, "commit");
  if (!done) return done.error();
  if (done->command() != "COMMIT") return errc::failed_transaction;
  return {};
}

result<void> transaction::rollback(const detail::wait_limit& limit) {
  if (on_ == nullptr) return {};
  const result<rows> done = std::exchange(on_, nullptr)->query(limit, "rollback");
  if (!done) return done.error();
  return {};
}

transaction::~transaction() {
  if (on_ == nullptr || !on_->is_open()) return;
  connection& on = *on_;
  if (!rollback(weft::detail::within(patience))) on.close();
}

}  // namespace weft::pq
