// SPDX-License-Identifier: Apache-2.0
#include "incoming.hpp"

#include <algorithm>
#include <array>

#include "limit.hpp"
#include "weft/error.hpp"
#include "weft/http/error.hpp"
#include "weft/http/status.hpp"
#include "weft/io/error.hpp"

namespace weft::http {

incoming::outcome incoming::read_head(bool first) {
  const server_options& options = common_.options;
  error_ = {};
  if (in_.ahead().empty()) {
    in_.shrink();
    const auto patience = first ? std::min(options.header_timeout, options.idle_timeout) : options.idle_timeout;
    const result<std::size_t> got = in_.fill(limit_of(common_.stopping, patience));
    if (!got || *got == 0) return {};
  }
  head_scanner scanner(options.max_header);
  const transport::limit within = limit_of(common_.forced, options.header_timeout);
  for (;;) {
    switch (scanner.scan(in_.ahead())) {
      case head_scanner::outcome::refused:
        return {outcome::refused, scanner.status()};
      case head_scanner::outcome::complete: {
        const int wrong = parse(scanner);
        if (wrong != 0) return {outcome::refused, wrong};
        return {outcome::request, 0};
      }
      case head_scanner::outcome::more:
        break;
    }
    const result<std::size_t> got = in_.fill(within);
    if (got.error() == weft::errc::timed_out) return {outcome::refused, status::request_timeout};
    if (!got || *got == 0) return {};
  }
}

int incoming::parse(const head_scanner& found) {
  const int wrong = parser_.begin(in_.ahead().substr(found.begin(), found.size()), common_.options.max_body, head_);
  in_.consume(found.begin() + found.size());
  if (wrong != 0) return wrong;
  if (const int status = check_framing(head_); status != 0) return status;
  expects_continue_ = head_.version >= 11 && head_.header.contains("Expect") && !parser_.done();
  return locate(head_, where_);
}

// One step: from what is there, or from the connection.
result<std::size_t> incoming::read_piece(std::span<std::byte> into, clock::time_point until) {
  for (;;) {
    if (!in_.ahead().empty()) {
      const message_parser::progress made = parser_.body(in_.ahead(), into);
      in_.consume(made.consumed);
      if (made.error) return made.error;
      if (made.produced != 0) return made.produced;
      if (parser_.done()) return std::size_t{0};
      if (in_.ahead().size() > most_framing) return errc::malformed;
    } else if (expects_continue_ && !out_.started()) {
      expects_continue_ = false;
      if (const result<void> sent = out_.put("HTTP/1.1 100 Continue\r\n\r\n"); !sent) return sent.error();
    }
    transport::limit within = limit_of(common_.forced, common_.options.body_timeout);
    within.until = std::min(within.until, detail::until(until).until);
    const std::optional<std::uint64_t> left = parser_.left();
    if (in_.ahead().empty() && left) {
      // Counted: past the buffer, into its place.
      const std::size_t most = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), *left));
      const result<std::size_t> got = in_.read(within, into.first(most));
      if (!got) return got;
      if (*got == 0) return io::errc::unexpected_end;
      return parser_.body(io::text_of(into.first(*got)), into).produced;
    }
    const result<std::size_t> got = in_.fill(within);
    if (!got) return got;
    if (*got == 0) return io::errc::unexpected_end;
  }
}

result<std::size_t> incoming::read_body(std::span<std::byte> into, clock::time_point until) {
  if (error_) return error_;
  if (into.empty() || parser_.done()) return std::size_t{0};
  const result<std::size_t> got = read_piece(into, until);
  if (!got) error_ = got.error();
  return got;
}

void incoming::drop_what_is_there() {
  std::array<std::byte, 1024> waste;
  while (!error_ && !parser_.done() && !in_.ahead().empty()) {
    const message_parser::progress made = parser_.body(in_.ahead(), waste);
    in_.consume(made.consumed);
    error_ = made.error;
    if (made.consumed == 0) break;
  }
}

bool incoming::will_not_drop() const noexcept {
  // A client that waits for 100 Continue has perhaps sent nothing, and perhaps everything: nobody can tell.
  return error_ || (!parser_.done() && (expects_continue_ || parser_.left().value_or(0) > most_dropped));
}

bool incoming::drop_body() {
  if (will_not_drop()) return false;
  const clock::time_point until(clock::duration(limit_of(common_.forced, common_.options.body_timeout).until));
  std::array<std::byte, 1024> waste;
  for (std::size_t dropped = 0; dropped <= most_dropped;) {
    const result<std::size_t> got = read_body(waste, until);
    if (!got) return false;
    if (*got == 0) return true;
    dropped += *got;
  }
  return false;
}

}  // namespace weft::http
