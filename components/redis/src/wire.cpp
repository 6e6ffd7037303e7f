// SPDX-License-Identifier: Apache-2.0
#include "wire.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "weft/error.hpp"

namespace weft::redis::detail {

namespace {

using kind = reply::kind;

/// Whether it is of the second protocol, all through. hiredis limits how deep arrays may lie in arrays, and so this.
bool is_known(const redisReply& from) {
  switch (from.type) {
    case REDIS_REPLY_INTEGER:
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
    case REDIS_REPLY_NIL:
      return true;
    case REDIS_REPLY_ARRAY:
      return std::all_of(from.element, from.element + from.elements,
                         [](const redisReply* each) { return is_known(*each); });
    default:
      return false;
  }
}

reply value_of(const redisReply& from) {
  switch (from.type) {
    case REDIS_REPLY_INTEGER:
      return reply(static_cast<std::int64_t>(from.integer));
    case REDIS_REPLY_STRING:
      return {kind::text, std::string(from.str, from.len)};
    case REDIS_REPLY_STATUS:
      return {kind::status, std::string(from.str, from.len)};
    case REDIS_REPLY_ERROR:
      return {kind::error, std::string(from.str, from.len)};
    case REDIS_REPLY_ARRAY: {
      std::vector<reply> elements;
      elements.reserve(from.elements);
      for (std::size_t i = 0; i < from.elements; ++i) elements.push_back(value_of(*from.element[i]));
      return reply(std::move(elements));
    }
    default:
      return {};
  }
}

/// What the limit says, and not the connection.
bool gave_up(const std::error_code& error) noexcept {
  return error == weft::errc::cancelled || error == weft::errc::timed_out || error == weft::errc::closed;
}

}  // namespace

wire::wire(net::stream stream, std::string server)
    : stream_(std::move(stream)), reader_(redisReaderCreate()), server_(std::move(server)) {}

std::error_code wire::fail(std::error_code code, std::string message) {
  last_ = {code, std::move(message), command_, server_};
  return code;
}

std::error_code wire::lose(std::error_code error) {
  close();
  return fail(gave_up(error) ? error : make_error_code(errc::connection_lost), error.message());
}

std::error_code wire::write(const wait_limit& limit, std::string_view bytes) {
  const result<std::size_t> written = stream_.write(limit, std::as_bytes(std::span(bytes)));
  return written ? std::error_code() : lose(written.error());
}

result<reply> wire::read(const wait_limit& limit) {
  bool has_read = false;
  for (;;) {
    void* got = nullptr;
    if (reader_ == nullptr || redisReaderGetReply(reader_.get(), &got) != REDIS_OK) {
      close();
      return fail(errc::bad_reply, reader_ == nullptr ? "out of memory" : reader_->errstr);
    }
    if (got != nullptr) {
      const std::unique_ptr<void, void (*)(void*)> owner(got, freeReplyObject);
      const auto& answer = *static_cast<const redisReply*>(got);
      if (is_known(answer)) return value_of(answer);
      close();
      return fail(errc::bad_reply, "a type that is not of the second protocol");
    }
    if (has_read && limit.passed()) return lose(weft::errc::timed_out);  // else whoever is quick would never end
    has_read = true;
    const result<std::size_t> n = stream_.read(limit, buffer_);
    if (!n) return lose(n.error());
    if (*n == 0) {
      close();
      return fail(errc::connection_lost, "the server has closed the connection");
    }
    static_cast<void>(redisReaderFeed(reader_.get(), reinterpret_cast<const char*>(buffer_.data()), *n));
  }
}

bool wire::silent() {
  if (reader_ == nullptr || reader_->pos != reader_->len) {
    close();
    return false;
  }
  const result<std::size_t> n = stream_.read(wait_limit{.until = 0}, buffer_);
  if (n.error() == weft::errc::timed_out) return true;
  close();
  return false;
}

}  // namespace weft::redis::detail
