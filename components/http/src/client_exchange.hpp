// SPDX-License-Identifier: Apache-2.0
//
// One request and its response on one connection.
//
// A body that is small goes with the header in one write. A larger one is sent by a goroutine of its own, so that the
// response can be read meanwhile: a server may answer before it has read everything, or answer as it reads. The
// exchange does not end before that goroutine: an end that comes early closes the connection, which ends it.
//
// The response is taken apart by Boost.Beast's parser, which is given bytes and does no input of its own; Beast is seen
// by client_exchange.cpp only.
#pragma once

#include <memory>

#include "client_core.hpp"
#include "weft/context.hpp"
#include "weft/wait_group.hpp"

namespace weft::http {

class client_parser;

class client_exchange {
 public:
  client_exchange(std::shared_ptr<client_core> core, url to, std::unique_ptr<client_connection> on,
                  detail::nanoseconds total);
  client_exchange(const client_exchange&) = delete;
  client_exchange& operator=(const client_exchange&) = delete;
  ~client_exchange();

  /// Sends the request and reads the header of the response. `why` gets the step that failed.
  result<void> begin(const detail::wait_limit& limit, const client_request& what, std::string& why);
  result<std::size_t> read(const detail::wait_limit& limit, std::span<std::byte> into);

  /// Whether begin() failed because the server has ended a kept connection before it saw the request.
  [[nodiscard]] bool was_stale() const noexcept { return stale_; }
  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] const fields& header() const noexcept { return header_; }
  [[nodiscard]] const url& where() const noexcept { return to_; }
  [[nodiscard]] bool kept() const noexcept { return kept_; }

 private:
  static constexpr std::size_t sent_at_once = 16 * 1024;

  [[nodiscard]] std::string head_of(const client_request& what) const;
  result<std::size_t> write(const detail::wait_limit& limit, std::string_view text);
  result<void> send(const detail::wait_limit& limit, const client_request& what);
  result<void> send_streamed(const detail::wait_limit& limit, const request_body& body);
  result<void> read_header(const detail::wait_limit& limit, bool head_only);
  /// More bytes into the connection's input; false: there are no more.
  result<bool> more(const detail::wait_limit& limit);
  void finish();
  void drop() noexcept;

  const std::shared_ptr<client_core> core_;
  const url to_;
  std::unique_ptr<client_connection> on_;  // null: given back or closed
  const detail::nanoseconds total_;
  const bool kept_;
  cancel_scope sending_;  // ends the sender
  wait_group sender_;
  bool sent_ = false;           // by the sender, as the next, before it is done
  std::error_code send_error_;  // why it has not sent all
  bool heard_ = false;
  bool stale_ = false;
  int status_ = 0;
  fields header_;
  std::unique_ptr<client_parser> parser_;
  std::error_code failed_;
};

}  // namespace weft::http
