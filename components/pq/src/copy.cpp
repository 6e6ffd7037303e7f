// SPDX-License-Identifier: Apache-2.0
#include "weft/pq/copy.hpp"

#include <algorithm>
#include <cstring>

#include "session.hpp"
#include "weft/pq/rows.hpp"

namespace weft::pq {

namespace {

constexpr std::size_t piece = 64 * 1024;  // what libpq keeps at most before it is flushed

result<detail::session*> begin_copy(const detail::wait_limit& limit, detail::session* on, std::string_view statement,
                                    ExecStatusType wanted) {
  if (on == nullptr) return weft::errc::closed;
  const result<detail::answer> begun = on->run(limit, statement, {}, wanted);
  if (!begun) return begun.error();
  return on;
}

}  // namespace

// ---- in ------------------------------------------------------------------------------------------------------------

result<copy_writer> copy_in(const detail::wait_limit& limit, connection& on, std::string_view statement) {
  const result<detail::session*> begun = begin_copy(limit, detail::session_of::get(on), statement, PGRES_COPY_IN);
  if (!begun) return begun.error();
  return copy_writer(*begun);
}

result<std::size_t> copy_writer::write(const detail::wait_limit& limit, std::span<const std::byte> bytes) {
  if (on_ == nullptr || on_->closed()) return weft::errc::closed;
  if (limit.called_off()) return limit.by->reason();
  for (std::span<const std::byte> left = bytes; !left.empty();) {
    const std::size_t now = std::min(left.size(), piece);
    const int taken = PQputCopyData(on_->get(), reinterpret_cast<const char*>(left.data()), static_cast<int>(now));
    if (taken == 1) {
      if (const std::error_code error = on_->flush(limit)) return on_->fail(error, error.message());
    }
    if (taken != 1 || PQstatus(on_->get()) == CONNECTION_BAD) {  // the server has ended it, or is lost
      const result<detail::answer> end = std::exchange(on_, nullptr)->collect(limit);
      return end ? make_error_code(weft::errc::closed) : end.error();
    }
    left = left.subspan(now);
  }
  return bytes.size();
}

result<std::uint64_t> copy_writer::finish(const detail::wait_limit& limit) {
  if (on_ == nullptr || on_->closed()) return weft::errc::closed;
  if (limit.called_off()) return on_->fail(limit.by->reason(), "before the end was sent");
  detail::session& on = *std::exchange(on_, nullptr);
  static_cast<void>(PQputCopyEnd(on.get(), nullptr));  // if that fails, the result says why
  if (const std::error_code error = on.flush(limit)) {
    on.fail(error, error.message());
    return on.abandon(error);
  }
  result<detail::answer> end = on.collect(limit);
  if (!end) return end.error();
  return rows(std::move(*end)).affected();
}

copy_writer::~copy_writer() {
  if (on_ != nullptr && !on_->closed()) on_->abandon({});
}

// ---- out -----------------------------------------------------------------------------------------------------------

result<copy_reader> copy_out(const detail::wait_limit& limit, connection& on, std::string_view statement) {
  const result<detail::session*> begun = begin_copy(limit, detail::session_of::get(on), statement, PGRES_COPY_OUT);
  if (!begun) return begun.error();
  return copy_reader(*begun);
}

result<std::size_t> copy_reader::read(const detail::wait_limit& limit, std::span<std::byte> into) {
  if (limit.called_off()) return limit.by->reason();
  if (into.empty()) return 0;
  while (left_.empty()) {
    if (on_ == nullptr) return 0;
    if (on_->closed()) return weft::errc::closed;
    if (row_ != nullptr) PQfreemem(std::exchange(row_, nullptr));
    const int size = PQgetCopyData(on_->get(), &row_, 1);
    if (size > 0) {
      left_ = std::as_bytes(std::span(row_, static_cast<std::size_t>(size)));
    } else if (size == 0 && PQstatus(on_->get()) == CONNECTION_OK) {
      if (const std::error_code error = on_->take_in(limit)) return on_->fail(error, error.message());
    } else {
      const result<detail::answer> end = std::exchange(on_, nullptr)->collect(limit);
      if (!end) return end.error();
    }
  }
  const std::size_t now = std::min(into.size(), left_.size());
  std::memcpy(into.data(), left_.data(), now);
  left_ = left_.subspan(now);
  return now;
}

copy_reader::~copy_reader() {
  if (row_ != nullptr) PQfreemem(row_);
  if (on_ != nullptr && !on_->closed()) on_->abandon({});
}

}  // namespace weft::pq
