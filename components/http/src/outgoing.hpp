// SPDX-License-Identifier: Apache-2.0
//
// The way out of one connection: a response at a time, framed as HTTP/1.1.
//
// States of a response
//     collecting   nothing was sent; the body so far is in body_
//     counted      the header is sent, and left_ bytes of the body are still to come (Content-Length)
//     chunked      the header is sent, the body goes in chunks
//     until_end    the header is sent, the body ends with the connection (HTTP/1.0)
//     bodiless     the header is sent; what is written is dropped (HEAD, 204, 304)
//     finished     all of it is sent
//     taken        the connection is no longer HTTP's
// The first error of the connection is for ever: nothing more is written, and keep_alive() says no.
//
// For the goroutine that has the request, one at a time. What is written goes out in pieces of `piece` bytes at most,
// each with the time for writing of its own: so a slow client may take its time, but must take something.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "shared.hpp"
#include "weft/http/fields.hpp"
#include "weft/http/transport.hpp"
#include "weft/result.hpp"

namespace weft::http {

class outgoing {
 public:
  static constexpr std::size_t piece = 64 * 1024;

  outgoing(const shared& common, transport& to) noexcept : common_(common), to_(to) {}

  /// A new response, to a request of that version. `keep_alive`: whether the connection may go on after it.
  void begin(int version, bool to_head, bool keep_alive);

  [[nodiscard]] fields& header() noexcept { return header_; }
  void set_status(int number) noexcept;
  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] bool started() const noexcept { return state_ != state::collecting; }
  [[nodiscard]] bool keep_alive() const noexcept { return keep_alive_ && !error_; }
  /// The connection has failed.
  [[nodiscard]] bool broken() const noexcept { return static_cast<bool>(error_); }
  void do_not_keep_alive() noexcept { keep_alive_ = false; }

  result<std::size_t> write(std::span<const std::byte> from);
  result<void> flush();
  /// Forgets the body so far, while it is collected.
  void drop_collected() noexcept;
  /// Forgets fields and status, too.
  void reset() noexcept;
  /// The rest. False if the body is not as long as was promised: that is answered with 500, if it can, and the
  /// connection must end.
  bool finish();

  /// Bytes that are no part of a response: 100 Continue, a handshake, frames.
  result<void> put(std::span<const net::bytes> parts);
  result<void> put(std::string_view text);
  /// The connection is somebody else's from now on.
  void take() noexcept { state_ = state::taken; }
  [[nodiscard]] bool taken() const noexcept { return state_ == state::taken; }

 private:
  enum class state : std::uint8_t { collecting, counted, chunked, until_end, bodiless, finished, taken };

  [[nodiscard]] bool has_no_body() const noexcept;
  [[nodiscard]] bool collected_amiss() const noexcept;
  /// Decides how the body is framed, and writes the header into text_; `whole`: body_ is all of it.
  void write_header(bool whole);
  void write_fields();
  result<void> start(std::span<const std::byte> more);
  result<std::size_t> stream(std::span<const std::byte> from);
  std::string_view date();

  const shared& common_;
  transport& to_;
  fields header_;
  std::string text_;           // the header as it is sent
  std::string body_;           // collected
  std::uint64_t dropped_ = 0;  // bytes written in answer to HEAD
  std::uint64_t left_ = 0;
  std::error_code error_;
  std::time_t second_ = 0;  // of date_
  char date_[32] = {};
  int status_ = 200;
  int version_ = 11;
  state state_ = state::finished;
  bool to_head_ = false;
  bool keep_alive_ = true;
};

}  // namespace weft::http
