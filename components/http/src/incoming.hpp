// SPDX-License-Identifier: Apache-2.0
//
// The way in of one connection: a request at a time. Header: head_scanner, message_parser, framing, in this order; then
// the body, as the handler reads it.
//
// An error of a body stays: every later read reports it, and the connection cannot be used for another request.
#pragma once

#include <cstddef>
#include <span>
#include <system_error>

#include "framing.hpp"
#include "head_scanner.hpp"
#include "input.hpp"
#include "message_parser.hpp"
#include "outgoing.hpp"
#include "shared.hpp"
#include "weft/clock.hpp"

namespace weft::http {

class incoming {
 public:
  incoming(const shared& common, transport& from, outgoing& out) noexcept : common_(common), in_(from), out_(out) {}

  /// What read_head has found: a request; nothing more to come; or a status to refuse it with.
  struct outcome {
    enum { request, end, refused } what = end;
    int status = 0;
  };
  /// Waits for the next request. `first`: nothing was read of the connection yet.
  outcome read_head(bool first);

  [[nodiscard]] const head& asked() const noexcept { return head_; }
  [[nodiscard]] const location& where() const noexcept { return where_; }

  /// io::reader's read, of the body; no later than `until`.
  result<std::size_t> read_body(std::span<std::byte> into, clock::time_point until = clock::time_point::max());
  /// Nothing of what has come is unread.
  [[nodiscard]] bool used_up() const noexcept { return body_done() && !error_ && in_.ahead().empty(); }
  [[nodiscard]] bool body_done() const noexcept { return parser_.done(); }
  [[nodiscard]] std::error_code body_error() const noexcept { return error_; }

  /// Looks at what has come of the body, without waiting: so that what is malformed is known before the answer is sent.
  void drop_what_is_there();
  /// Whether the rest of the body is one that drop_body() does not read.
  [[nodiscard]] bool will_not_drop() const noexcept;
  /// Reads the rest of the body and drops it. False: it is too long, or does not come within the time for one read; the
  /// connection must end.
  bool drop_body();

  [[nodiscard]] input& bytes() noexcept { return in_; }
  /// The connection is somebody else's: there is no body.
  void take() noexcept { expects_continue_ = false; }

 private:
  static constexpr std::size_t most_dropped = 256 * 1024;
  static constexpr std::size_t most_framing = 8 * 1024;  // bytes of a chunk's size line, or of a trailer

  int parse(const head_scanner& found);
  result<std::size_t> read_piece(std::span<std::byte> into, clock::time_point until);

  const shared& common_;
  input in_;
  outgoing& out_;
  message_parser parser_;
  head head_;
  location where_;
  std::error_code error_;  // of the body
  bool expects_continue_ = false;
};

}  // namespace weft::http
