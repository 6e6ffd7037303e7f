// SPDX-License-Identifier: Apache-2.0
//
// Beast's WebSocket on the connection of a request.
//
// One may read while others write, though Beast's stream is for one at a time. Beast's own asynchronous operations
// interleave a read and a write of one stream at the points where they wait for the connection, and nowhere else. The
// same is done here: state_ is held while Beast's code runs, and let go while it waits for the connection (wire). So a
// read and a write are both under way, and each step of them is alone with Beast's variables. Writers are kept apart by
// writers_, and single writes to the connection by turn_, because a read writes, too: pongs, and the answer to a close.
// Order: writers_, state_; turn_ is taken with neither.
//
// Beast's close() reads until the client has closed, which the reader does already. So goodbyes are written here as
// they stand in RFC 6455 (5.5.1), and from then on what Beast writes is dropped.
#include "weft/http/websocket.hpp"

#include <array>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <mutex>
#include <utility>

#include "exchange.hpp"
#include "limit.hpp"
#include "weft/asio.hpp"
#include "weft/error.hpp"
#include "weft/http/error.hpp"
#include "weft/mutex.hpp"

namespace weft::http {
namespace {

namespace beast = boost::beast;
namespace ws = boost::beast::websocket;
using boost::system::error_code;

/// The connection as Beast reads and writes it, with `state` held by the caller.
class wire {
 public:
  wire(exchange& of, mutex& state, std::chrono::nanoseconds idle) noexcept : of_(of), state_(state), idle_(idle) {}

  result<std::size_t> read(std::span<std::byte> into) {
    if (ended_) return std::size_t{0};
    const unlocked meanwhile(state_);
    return of_.in.bytes().read(limit_of(of_.common.stopping, idle_), into);
  }
  result<std::size_t> write(std::span<const std::byte> from) { return write_parts(std::span(&from, 1)); }
  result<std::size_t> write_parts(std::span<const net::bytes> parts) {
    std::size_t all = 0;
    for (const net::bytes part : parts) all += part.size();
    if (closed_) return all;
    const unlocked meanwhile(state_);
    const std::scoped_lock turn(turn_);
    return of_.stream->write(limit_of(of_.common.forced, of_.common.options.write_timeout), parts);
  }
  /// Beast's teardown: the connection itself is closed by its session.
  result<void> shutdown_write() noexcept {
    ended_ = true;
    return {};
  }

  /// Sends a goodbye, and nothing after it.
  result<void> close(std::uint16_t code, std::string_view reason) {
    if (closed_) return {};
    reason = reason.substr(0, 123);
    std::string frame{'\x88', static_cast<char>(2 + reason.size()), static_cast<char>(code >> 8),
                      static_cast<char>(code & 0xff)};
    frame += reason;
    const auto sent = write(io::bytes_of(frame));
    closed_ = true;
    if (!sent) return sent.error();
    return {};
  }
  [[nodiscard]] bool closed() const noexcept { return closed_; }

 private:
  /// Lets a mutex go for a while.
  class unlocked {
   public:
    explicit unlocked(mutex& m) : m_(m) { m_.unlock(); }
    unlocked(const unlocked&) = delete;
    unlocked& operator=(const unlocked&) = delete;
    ~unlocked() { m_.lock(); }

   private:
    mutex& m_;
  };

  exchange& of_;
  mutex& state_;
  mutex turn_;
  const std::chrono::nanoseconds idle_;
  bool ended_ = false;  // under state_, as closed_
  bool closed_ = false;
};

std::string lower_host(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

/// Whether the page that asks is one of this host: browsers send cookies along, whoever asks.
bool same_origin(const request& asked) {
  const auto origin = asked.header().get("Origin");
  if (!origin) return true;
  const std::size_t scheme = origin->find("://");
  return scheme != origin->npos && lower_host(origin->substr(scheme + 3)) == lower_host(asked.host());
}

}  // namespace

class websocket::core {
 public:
  core(exchange& of, const websocket_options& options)
      : of_(of), wire_(of, state_, options.idle_timeout), socket_(wire_) {
    socket_.auto_fragment(false);
    socket_.read_message_max(options.max_message);
  }

  result<void> accept(const beast::http::request<beast::http::empty_body>& asked, const std::string& protocol) {
    socket_.set_option(ws::stream_base::decorator([&protocol](ws::response_type& answer) {
      answer.erase(beast::http::field::server);
      if (!protocol.empty()) answer.set(beast::http::field::sec_websocket_protocol, protocol);
    }));
    const std::scoped_lock state(state_);
    error_code error;
    socket_.accept(asked, error);
    return done(error);
  }

  result<std::optional<message>> read() {
    const std::scoped_lock state(state_);
    beast::flat_buffer buffer;
    error_code error;
    socket_.read(buffer, error);
    if (!error) {
      const auto data = buffer.cdata();
      return std::optional(
          message{socket_.got_text(), std::string(static_cast<const char*>(data.data()), data.size())});
    }
    code_ = error == ws::error::closed ? static_cast<std::uint16_t>(socket_.reason().code) : std::uint16_t{1006};
    if (error == ws::error::closed && code_ == 0) code_ = 1005;
    if (error == ws::error::closed) return std::optional<message>();
    const std::error_code why = reason_of(error);
    if (why == weft::errc::cancelled) static_cast<void>(wire_.close(1001, "going away"));
    of_.watch.gone(why);
    return why;
  }

  result<void> write(bool text, std::span<const std::byte> data) {
    return with_turn([&](error_code& error) {
      socket_.text(text);
      socket_.write(boost::asio::const_buffer(data.data(), data.size()), error);
    });
  }

  result<void> ping(std::string_view payload) {
    ws::ping_data data;
    payload = payload.substr(0, data.max_size());
    data.assign(payload.data(), payload.size());
    return with_turn([&](error_code& error) { socket_.ping(data, error); });
  }

  result<void> close(std::uint16_t code, std::string_view reason) {
    const std::scoped_lock writing(writers_);
    const std::scoped_lock state(state_);
    return wire_.close(code, reason);
  }

  [[nodiscard]] std::uint16_t code() const {
    const std::scoped_lock state(state_);
    return code_;
  }

 private:
  static std::error_code reason_of(const error_code& error) {
    if (error == ws::error::message_too_big || error == ws::error::buffer_overflow) return errc::message_too_large;
    if (error == ws::condition::protocol_violation || error == ws::error::bad_frame_payload) return errc::protocol;
    return asio::from_boost(error);
  }

  static result<void> done(const error_code& error) {
    if (error) return reason_of(error);
    return {};
  }

  template <class F>
  result<void> with_turn(F&& f) {
    const std::scoped_lock writing(writers_);
    const std::scoped_lock state(state_);
    if (wire_.closed()) return weft::errc::closed;
    error_code error;
    f(error);
    if (error == boost::asio::error::operation_aborted) return weft::errc::closed;  // the peer has said goodbye
    return done(error);
  }

  exchange& of_;
  mutable mutex state_;
  mutex writers_;
  wire wire_;
  ws::stream<asio::stream<wire&>, false> socket_;
  std::uint16_t code_ = 0;
};

websocket::websocket(std::unique_ptr<core> made) noexcept : core_(std::move(made)) {}
websocket::websocket(websocket&& other) noexcept = default;
websocket& websocket::operator=(websocket&& other) noexcept = default;
websocket::~websocket() = default;

result<std::optional<websocket::message>> websocket::read() { return core_->read(); }
result<void> websocket::write_text(std::string_view text) { return core_->write(true, io::bytes_of(text)); }
result<void> websocket::write_binary(std::span<const std::byte> data) { return core_->write(false, data); }
result<void> websocket::ping(std::string_view payload) { return core_->ping(payload); }
result<void> websocket::close(std::uint16_t code, std::string_view reason) { return core_->close(code, reason); }
std::uint16_t websocket::close_code() const { return core_->code(); }

result<websocket> upgrade(request& asked, response& answer, const websocket_options& options) {
  if (answer.started()) return errc::too_late;
  exchange& of = asked.of();
  beast::http::request<beast::http::empty_body> ask(beast::http::verb::get, "/", 11);
  for (const auto& [name, value] : asked.header()) {
    ask.insert(beast::string_view(name.data(), name.size()), beast::string_view(value.data(), value.size()));
  }
  if (asked.method() != "GET" || asked.version() < 11 || !ws::is_upgrade(ask)) {
    answer.header().set("Upgrade", "websocket");
    answer.fail(status::upgrade_required);
    return errc::not_websocket;
  }
  if (asked.header().get("Sec-WebSocket-Version") != "13") {
    answer.header().set("Sec-WebSocket-Version", "13");
    answer.fail(status::upgrade_required);
    return errc::not_websocket;
  }
  if (asked.header().get("Sec-WebSocket-Key").value_or("").size() != 24 || !of.in.body_done()) {
    answer.fail(status::bad_request);
    return errc::not_websocket;
  }
  if (!options.any_origin && !same_origin(asked)) {
    answer.fail(status::forbidden);
    return errc::not_websocket;
  }
  const bool agreed = asked.header().has("Sec-WebSocket-Protocol", options.protocol);
  of.watch.stop();
  of.out.take();
  auto made = std::make_unique<websocket::core>(of, options);
  if (const auto done = made->accept(ask, agreed ? options.protocol : std::string()); !done) return done.error();
  return websocket(std::move(made));
}

}  // namespace weft::http
