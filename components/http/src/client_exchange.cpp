// SPDX-License-Identifier: Apache-2.0
//
// The exchange of client_exchange.hpp, and Beast's parser.
#include "client_exchange.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <limits>
#include <optional>

#include "weft/io/error.hpp"

namespace weft::http {

namespace beast = boost::beast::http;
using boost_error = boost::system::error_code;

/// Beast's parser for one response; begun anew after each interim response.
class client_parser {
 public:
  client_parser(const client_options& options, bool head_only) : options_(options), head_only_(head_only) { again(); }

  void again() {
    beast_.emplace();
    beast_->header_limit(static_cast<std::uint32_t>(
        std::min<std::size_t>(options_.header_limit, std::numeric_limits<std::uint32_t>::max())));
    if (options_.body_limit) {
      beast_->body_limit(*options_.body_limit);
    } else {
      beast_->body_limit(boost::none);
    }
    beast_->skip(head_only_);
  }

  [[nodiscard]] beast::response_parser<beast::buffer_body>& operator*() noexcept { return *beast_; }
  [[nodiscard]] beast::response_parser<beast::buffer_body>* operator->() noexcept { return &*beast_; }

  /// Takes bytes off the front of `input`. True: something happened. False: it needs more.
  result<bool> take(std::string& input) {
    boost_error error;
    const std::size_t used = beast_->put(boost::asio::const_buffer(input.data(), input.size()), error);
    input.erase(0, used);
    if (!error || error == beast::error::need_buffer) return used != 0 || error;
    if (error == beast::error::need_more) {
      // Of a body that is the line with a chunk's size, or a trailer: Beast would wait for their ends for ever.
      if (used == 0 && beast_->is_header_done() && input.size() > most_framing) return client_errc::malformed;
      return used != 0;
    }
    if (error == beast::error::header_limit) return client_errc::header_too_large;
    if (error == beast::error::body_limit) return client_errc::body_too_large;
    return client_errc::malformed;
  }

  /// The input has ended: whether that is the end of the response, too.
  [[nodiscard]] bool may_end() {
    boost_error error;
    beast_->put_eof(error);
    return !error;
  }

 private:
  static constexpr std::size_t most_framing = 16 * 1024;

  const client_options& options_;
  const bool head_only_;
  std::optional<beast::response_parser<beast::buffer_body>> beast_;
};

namespace {

bool server_left(std::error_code why) { return why == std::errc::broken_pipe || why == std::errc::connection_reset; }

}  // namespace

client_exchange::client_exchange(std::shared_ptr<client_core> core, url to, std::unique_ptr<client_connection> on,
                                 detail::nanoseconds total)
    : core_(std::move(core)),
      to_(std::move(to)),
      on_(std::move(on)),
      total_(total),
      kept_(on_->kept),
      sending_(with_cancel(background())) {}

client_exchange::~client_exchange() { drop(); }

/// Closes the connection, unless it was given back.
void client_exchange::drop() noexcept {
  if (on_ == nullptr) return;
  sending_.cancel();
  sender_.wait();
  core_->release(to_, std::move(on_), false);
}

std::string client_exchange::head_of(const client_request& what) const {
  std::string head = what.method + ' ' + to_.target() + " HTTP/1.1\r\n";
  if (!what.header.contains("Host")) head += "Host: " + to_.authority() + "\r\n";
  for (const auto& [name, value] : what.header) (((head += name) += ": ") += value) += "\r\n";
  const std::optional<std::uint64_t> size = what.body.size();
  if (!size) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (*size != 0 || what.method == "POST" || what.method == "PUT" || what.method == "PATCH") {
    head += "Content-Length: " + std::to_string(*size) + "\r\n";
  }
  return head += "\r\n";
}

result<std::size_t> client_exchange::write(const detail::wait_limit& limit, std::string_view text) {
  const net::bytes part = io::bytes_of(text);
  return on_->wire->write(limit, {&part, 1});
}

result<void> client_exchange::send(const detail::wait_limit& limit, const client_request& what) {
  std::string head = head_of(what);
  const bool whole = what.body.repeatable() && what.body.text().size() <= sent_at_once;
  if (whole) head += what.body.text();
  const result<std::size_t> put = write(limit, head);
  if (!put) return put.error();
  if (whole) {
    sent_ = true;
    return {};
  }
  sender_.go([this, body = what.body] {
    const detail::wait_limit own = no_later(sending_, total_);
    if (body.repeatable()) {
      send_error_ = write(own, body.text()).error();
    } else {
      send_error_ = send_streamed(own, body).error();
    }
    sent_ = !send_error_;
    // A request that is broken off must not look like one that is whole, nor be waited for; but a server that has
    // closed because it will not read all of it may have answered.
    if (!sent_ && !server_left(send_error_)) on_->wire->close();
  });
  return {};
}

result<void> client_exchange::send_streamed(const detail::wait_limit& limit, const request_body& body) {
  const std::optional<std::uint64_t> size = body.size();
  std::array<std::byte, 16 * 1024> part;
  std::uint64_t done = 0;
  for (;;) {
    const result<std::size_t> got = body.reader()(part);
    if (!got) return got.error();
    if (*got > part.size()) return io::errc::no_progress;
    done += *got;
    if (size && (done > *size || (*got == 0 && done != *size))) return client_errc::bad_request;
    if (size && *got == 0) return {};
    std::string chunk;
    if (!size) {
      constexpr std::string_view digits = "0123456789abcdef";
      for (int shift = 16; shift >= 0; shift -= 4) {
        if ((*got >> shift) != 0 || shift == 0) chunk += digits[(*got >> shift) & 15];
      }
      chunk += "\r\n";
    }
    chunk += io::text_of(std::span(part).first(*got));
    if (!size) chunk += "\r\n";
    const result<std::size_t> put = write(limit, chunk);
    if (!put) return put.error();
    if (*got == 0) return {};
  }
}

result<bool> client_exchange::more(const detail::wait_limit& limit) {
  std::array<std::byte, 16 * 1024> part;
  const result<std::size_t> got = on_->wire->read(limit, part);
  if (!got) return got.error();
  on_->input += io::text_of(std::span(part).first(*got));
  heard_ = heard_ || *got != 0;
  return *got != 0;
}

result<void> client_exchange::read_header(const detail::wait_limit& limit, bool head_only) {
  parser_ = std::make_unique<client_parser>(core_->options(), head_only);
  for (;;) {
    while (!(*parser_)->is_header_done()) {
      if (!on_->input.empty()) {
        const result<bool> went_on = parser_->take(on_->input);
        if (!went_on) return went_on.error();
        if (*went_on) continue;
      }
      const result<bool> got = more(limit);
      if (!got) return got.error();
      if (!*got) return heard_ ? client_errc::cut_off : client_errc::no_response;
    }
    status_ = static_cast<int>((*parser_)->get().result_int());
    if (status_ >= 200 || status_ == 101) break;
    parser_->again();
  }
  for (const auto& each : (*parser_)->get()) {
    header_.add({each.name_string().data(), each.name_string().size()}, {each.value().data(), each.value().size()});
  }
  if ((*parser_)->is_done()) finish();
  return {};
}

result<void> client_exchange::begin(const detail::wait_limit& limit, const client_request& what, std::string& why) {
  const detail::wait_limit bound = no_later(limit, after_time(core_->options().header_time));
  const result<void> put = send(bound, what);
  // A server that will not read it all may have said why.
  const bool gone = server_left(put.error());
  result<void> end = put;
  if (put || gone) end = read_header(bound, what.method == "HEAD");
  if (end) return end;
  stale_ = kept_ && !heard_ && (gone || end.error() == client_errc::no_response || server_left(end.error()));
  drop();
  std::string_view step = put || gone ? "read the response's header: " : "send the request: ";
  if (put && send_error_ && end.error() == weft::errc::closed) {
    step = "send the request's body: ";
    end = send_error_;
  }
  why = std::string(step) + end.error().message();
  return end;
}

result<std::size_t> client_exchange::read(const detail::wait_limit& limit, std::span<std::byte> into) {
  if (into.empty()) return std::size_t{0};
  if (failed_) return failed_;
  const detail::wait_limit bound = no_later(limit, total_);
  const auto fail = [&](std::error_code why) {
    failed_ = why;
    drop();
    return why;
  };
  while (on_ != nullptr) {
    auto& body = (*parser_)->get().body();
    body.data = into.data();
    body.size = into.size();
    body.more = true;
    if (!on_->input.empty()) {
      const result<bool> went_on = parser_->take(on_->input);
      if (!went_on) return fail(went_on.error());
      const std::size_t n = into.size() - body.size;
      if ((*parser_)->is_done()) finish();
      if (n != 0) return n;
      if (*went_on) continue;
    }
    const result<bool> got = more(bound);
    if (!got && (got.error() == weft::errc::cancelled ||
                 (got.error() == weft::errc::timed_out && !no_later({}, total_).passed()))) {
      return got.error();  // one may go on
    }
    if (!got) return fail(got.error());
    if (!*got && !parser_->may_end()) return fail(client_errc::cut_off);
    if (!*got) drop();
  }
  return std::size_t{0};
}

/// The response is complete: the connection is somebody else's now, if it can be. A sender whose last byte was answered
/// may still be about to end.
void client_exchange::finish() {
  constexpr std::chrono::milliseconds about_to_end{20};
  const bool open = (*parser_)->keep_alive() && !(*parser_)->need_eof() && status_ != 101 && on_->input.empty();
  if (!open || !sender_.wait_for(about_to_end) || !sent_) return drop();
  core_->release(to_, std::move(on_), true);
}

}  // namespace weft::http
