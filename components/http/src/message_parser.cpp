// SPDX-License-Identifier: Apache-2.0
#include "message_parser.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstring>
#include <limits>

#include "head_scanner.hpp"
#include "weft/http/error.hpp"
#include "weft/http/status.hpp"

namespace weft::http {
namespace {

namespace beast = boost::beast;
namespace parts = boost::beast::http;
using beast::error_code;
using beast::string_view;

std::string_view text_of(string_view text) { return {text.data(), text.size()}; }

/// One message: Beast's parsers are not used again.
class one_request final : public parts::basic_parser<true> {
 public:
  explicit one_request(head& into) : head_(&into) {}

  void into(std::span<std::byte> room) {
    room_ = room;
    produced_ = 0;
  }
  [[nodiscard]] std::size_t produced() const { return produced_; }
  [[nodiscard]] bool full() const { return produced_ == room_.size(); }
  /// What comes next is the line with a chunk's size.
  [[nodiscard]] bool at_chunk_line() const { return chunked() && chunk_left_ == 0; }
  [[nodiscard]] bool at_first_chunk() const { return first_chunk_; }
  /// More was spent on the chunks' sizes and extensions than anybody needs.
  [[nodiscard]] bool wasteful() const { return waste_ > most_waste; }

 private:
  void on_request_impl(parts::verb, string_view method, string_view target, int version, error_code&) override {
    head_->method = text_of(method);
    head_->target = text_of(target);
    head_->version = version;
  }
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(parts::field, string_view name, string_view value, error_code&) override {
    if (head_ != nullptr) head_->header.add(text_of(name), text_of(value));
  }
  void on_header_impl(error_code&) override { head_ = nullptr; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override { return take(body); }
  void on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code&) override {
    const std::uint64_t earned = std::min<std::uint64_t>(size, most_waste) * 2;
    waste_ = std::max(waste_ + extensions.size(), earned) - earned;
    chunk_left_ = size;
    first_chunk_ = false;
  }
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    const std::size_t n = take(body);
    chunk_left_ -= n;
    return n;
  }
  void on_finish_impl(error_code&) override {}

  std::size_t take(string_view body) {
    const std::size_t n = std::min(body.size(), room_.size() - produced_);
    std::byte* const to = room_.data() + produced_;
    if (n != 0 && static_cast<const void*>(to) != body.data()) std::memcpy(to, body.data(), n);
    produced_ += n;
    return n;
  }

  static constexpr std::uint64_t most_waste = 16 * 1024;

  head* head_;  // null: the header is complete
  std::span<std::byte> room_;
  std::uint64_t chunk_left_ = 0;
  bool first_chunk_ = true;
  std::uint64_t waste_ = 0;
  std::size_t produced_ = 0;
};

constexpr std::size_t most_digits = 32;  // of a chunk's size; all that count are 16

// Whether the line with a chunk's size, or what has come of it, can be one: no control character, and quotes that end.
// Beast looks for the end of a quoted text beyond the line, and would wait for it.
bool chunk_line_is_well_formed(std::string_view rest, bool first) {
  if (!first) {
    if (!rest.starts_with(std::string_view("\r\n").substr(0, rest.size()))) return false;
    rest.remove_prefix(std::min<std::size_t>(2, rest.size()));
  }
  if (rest.find_first_not_of("0123456789abcdefABCDEF") > most_digits && rest.size() > most_digits) return false;
  bool quoted = false;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const auto c = static_cast<unsigned char>(rest[i]);
    if (c == '\r') return !quoted && (i + 1 == rest.size() || rest[i + 1] == '\n');
    if ((c < 0x20 && c != '\t') || c == 0x7f) return false;
    if (quoted && c == '\\' && i + 1 < rest.size() && rest[i + 1] != '\r')
      ++i;
    else if (c == '"')
      quoted = !quoted;
  }
  return true;
}

// `last` is the last chunk: perhaps the end of the chunk before, "0", extensions, and the trailer, in which Beast
// forgives what it forgives in a header.
bool trailer_is_well_formed(std::string_view last) {
  if (last.starts_with("\r\n")) last.remove_prefix(2);
  last.remove_prefix(std::min(last.find("\r\n") + 2, last.size()));
  head_scanner scanner(last.size() + 1, head_scanner::kind::trailer);
  return scanner.scan(last) == head_scanner::outcome::complete;
}

}  // namespace

class message_parser::requests {
 public:
  std::optional<one_request> current;
};

message_parser::message_parser() : parser_(std::make_unique<requests>()) {}
message_parser::~message_parser() = default;

int message_parser::begin(std::string_view bytes, std::uint64_t max_body, head& into) {
  into.header.clear();
  one_request& parser = parser_->current.emplace(into);
  parser.header_limit(std::numeric_limits<std::uint32_t>::max());
  parser.body_limit(max_body);
  error_code error;
  const std::size_t used = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error == parts::error::body_limit) return status::content_too_large;
  if (error || used != bytes.size() || !parser.is_header_done()) return status::bad_request;
  into.keep_alive = parser.keep_alive();
  into.length.reset();
  if (!parser.chunked()) into.length = parser.content_length().value_or(0);
  return 0;
}

bool message_parser::done() const noexcept { return !parser_->current || parser_->current->is_done(); }

std::optional<std::uint64_t> message_parser::left() const noexcept {
  if (done()) return 0;
  const auto left = parser_->current->content_length_remaining();
  return left ? std::optional<std::uint64_t>(*left) : std::nullopt;
}

message_parser::progress message_parser::body(std::string_view bytes, std::span<std::byte> into) {
  one_request& parser = *parser_->current;
  parser.into(into);
  progress made;
  while (!parser.is_done() && !parser.full() && made.consumed < bytes.size()) {
    error_code error;
    const std::string_view rest = bytes.substr(made.consumed);
    if (parser.at_chunk_line() && !chunk_line_is_well_formed(rest, parser.at_first_chunk())) {
      made.error = errc::malformed;
      break;
    }
    const std::size_t used = parser.put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    made.consumed += used;
    if (error == parts::error::need_more) break;
    if (error) {
      made.error = error == parts::error::body_limit ? errc::body_too_large : errc::malformed;
      break;
    }
    if (parser.wasteful()) {
      made.error = errc::malformed;
      break;
    }
    if (parser.is_done() && parser.chunked() && !trailer_is_well_formed(rest.substr(0, used))) {
      made.error = errc::malformed;
    }
  }
  made.produced = parser.produced();
  return made;
}

}  // namespace weft::http
