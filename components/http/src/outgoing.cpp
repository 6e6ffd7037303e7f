// SPDX-License-Identifier: Apache-2.0
#include "outgoing.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "date.hpp"
#include "limit.hpp"
#include "weft/http/error.hpp"
#include "weft/http/response.hpp"
#include "weft/http/status.hpp"

namespace weft::http {
namespace {

net::bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (wrong != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

void outgoing::begin(int version, bool to_head, bool keep_alive) {
  version_ = version;
  to_head_ = to_head;
  keep_alive_ = keep_alive && !error_;
  state_ = state::collecting;
  reset();
}

void outgoing::drop_collected() noexcept {
  body_.clear();
  dropped_ = 0;
}

void outgoing::reset() noexcept {
  drop_collected();
  header_.clear();
  status_ = 200;
}

void outgoing::set_status(int number) noexcept {
  if (!started()) status_ = number;
}

bool outgoing::has_no_body() const noexcept { return status_ < 200 || status_ == 204 || status_ == 304; }

std::string_view outgoing::date() {
  const std::time_t now = std::time(nullptr);
  if (now != second_) {
    const std::string text = date_text(now);
    std::snprintf(date_, sizeof date_, "%s", text.c_str());
    second_ = now;
  }
  return date_;
}

void outgoing::write_fields() {
  const auto add = [this](std::string_view name, std::string_view value) {
    text_.append(name).append(": ").append(value).append("\r\n");
  };
  text_.append("HTTP/1.1 ").append(std::to_string(status_)).append(" ").append(status::text_of(status_)).append("\r\n");
  if (!header_.contains("Date")) add("Date", date());
  if (!common_.options.name.empty() && !header_.contains("Server")) add("Server", common_.options.name);
  for (const auto& [name, value] : header_) add(name, value);
  if (!keep_alive_)
    add("Connection", "close");
  else if (version_ < 11)
    add("Connection", "keep-alive");
}

void outgoing::write_header(bool whole) {
  if (header_.has("Connection", "close") || common_.stopping.err()) keep_alive_ = false;
  header_.remove("Connection");
  header_.remove("Transfer-Encoding");
  const std::uint64_t size = body_.size() + dropped_;
  const auto given = header_.get("Content-Length");
  const std::optional<std::uint64_t> promised = given ? number_in(*given) : std::nullopt;
  if (given && (!promised || has_no_body() || (whole && !to_head_))) header_.remove("Content-Length");
  const bool told = header_.contains("Content-Length");
  if (told) header_.set("Content-Length", std::to_string(promised.value_or(0)));
  if (size != 0 && !has_no_body() && !header_.contains("Content-Type")) {
    header_.set("Content-Type", "text/plain; charset=utf-8");
  }
  if (has_no_body()) {
    state_ = state::bodiless;
  } else if (told || whole) {
    if (!told) header_.set("Content-Length", std::to_string(size));
    left_ = told ? promised.value_or(0) : size;
    state_ = to_head_ ? state::bodiless : state::counted;
  } else if (version_ >= 11) {
    header_.set("Transfer-Encoding", "chunked");
    state_ = to_head_ ? state::bodiless : state::chunked;
  } else {
    keep_alive_ = false;
    state_ = to_head_ ? state::bodiless : state::until_end;
  }
  text_.clear();
  write_fields();
  text_.append("\r\n");
}

result<void> outgoing::put(std::span<const net::bytes> parts) {
  if (error_) return error_;
  std::array<net::bytes, 4> now;
  std::size_t count = 0, size = 0;
  const auto send = [&]() -> bool {
    const auto sent = to_.write(limit_of(common_.forced, common_.options.write_timeout), std::span(now).first(count));
    if (!sent) error_ = sent.error();
    count = size = 0;
    return !error_;
  };
  for (net::bytes part : parts) {
    while (!part.empty()) {
      const std::size_t n = std::min(part.size(), piece - size);
      now[count++] = part.first(n);
      size += n;
      part = part.subspan(n);
      if ((size == piece || count == now.size()) && !send()) return error_;
    }
  }
  if (count != 0 && !send()) return error_;
  return {};
}

result<void> outgoing::put(std::string_view text) {
  const net::bytes part = bytes_of(text);
  return put(std::span(&part, 1));
}

result<std::size_t> outgoing::stream(std::span<const std::byte> from) {
  result<void> sent;
  if (from.empty() || state_ == state::bodiless) return from.size();
  if (state_ == state::chunked) {
    std::array<char, 20> size;
    const int n = std::snprintf(size.data(), size.size(), "%zx\r\n", from.size());
    const std::array<net::bytes, 3> parts{bytes_of({size.data(), static_cast<std::size_t>(n)}), from, bytes_of("\r\n")};
    sent = put(parts);
  } else {
    if (state_ == state::counted && from.size() > left_) return errc::length_mismatch;
    if (state_ == state::counted) left_ -= from.size();
    sent = put(std::span(&from, 1));
  }
  if (!sent) return sent.error();
  return from.size();
}

// The header, what was collected and more, in as few writes as that takes.
result<void> outgoing::start(std::span<const std::byte> more) {
  write_header(false);
  const std::size_t size = body_.size() + more.size();
  if (state_ == state::bodiless || size == 0) return put(text_);
  if (state_ == state::counted && size > left_) {
    keep_alive_ = false;
    return errc::length_mismatch;
  }
  char framing[20];
  std::string_view after;
  if (state_ == state::chunked) {
    std::snprintf(framing, sizeof framing, "%zx\r\n", size);
    text_.append(framing);
    after = "\r\n";
  }
  if (state_ == state::counted) left_ -= size;
  const std::array<net::bytes, 4> parts{bytes_of(text_), bytes_of(body_), more, bytes_of(after)};
  return put(parts);
}

result<std::size_t> outgoing::write(std::span<const std::byte> from) {
  if (error_) return error_;
  if (state_ == state::finished || state_ == state::taken) return errc::too_late;
  if (state_ != state::collecting) return stream(from);
  if (to_head_ || has_no_body()) {
    if (to_head_) dropped_ += from.size();
    return from.size();
  }
  if (body_.size() + from.size() <= response::collected) {
    body_.append(reinterpret_cast<const char*>(from.data()), from.size());
    return from.size();
  }
  if (const result<void> sent = start(from); !sent) return sent.error();
  return from.size();
}

result<void> outgoing::flush() {
  if (error_) return error_;
  if (state_ != state::collecting) return {};
  return start({});
}

// Whether the handler has promised another length than it has written, while nothing was sent yet.
bool outgoing::collected_amiss() const noexcept {
  const auto given = header_.get("Content-Length");
  return given && !to_head_ && !has_no_body() && number_in(*given) != body_.size();
}

bool outgoing::finish() {
  const state was = state_;
  if (was == state::taken || was == state::finished) return true;
  if (was == state::collecting && collected_amiss()) {
    reset();
    status_ = status::internal_server_error;
    keep_alive_ = false;
    static_cast<void>(finish());
    return false;
  }
  state_ = state::finished;
  if (was == state::collecting) {
    write_header(true);
    const bool with_body = state_ == state::counted;
    state_ = state::finished;
    const std::array<net::bytes, 2> parts{bytes_of(text_), with_body ? bytes_of(body_) : net::bytes()};
    static_cast<void>(put(parts));
  } else if (was == state::chunked) {
    static_cast<void>(put("0\r\n\r\n"));
  } else if (was == state::counted && left_ != 0) {
    keep_alive_ = false;
    return false;
  }
  return true;
}

}  // namespace weft::http
