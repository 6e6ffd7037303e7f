// SPDX-License-Identifier: Apache-2.0
#include "weft/http/websocket.hpp"

#include <array>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <mutex>
#include <utility>

#include "limit.hpp"
#include "websocket_core.hpp"
#include "weft/asio.hpp"
#include "weft/error.hpp"
#include "weft/http/error.hpp"
#include "weft/mutex.hpp"
#include "weft/time.hpp"
#include "weft/wait_group.hpp"

namespace weft::http {
namespace {

namespace beast = boost::beast;
namespace ws = boost::beast::websocket;
using boost::system::error_code;

/// Who is with Beast's variables at the moment.
enum class user : std::uint8_t { reader, writer };

/// What both have in common. `closed` is written with both locks held, so either is enough to look at it.
struct guarded {
  mutex turn;
  mutex state;
  user now = user::reader;  // under state, as the next
  bool ended = false;
  bool closed = false;
};

/// The connection as Beast reads and writes it, with guarded::state held by the caller.
class wire {
 public:
  wire(websocket_line& line, guarded& of) noexcept : line_(line), of_(of) {}

  result<std::size_t> read(std::span<std::byte> into) {
    if (of_.ended) return std::size_t{0};
    const transport::limit within = asking ? *asking : limit_of(*life, idle);
    const unlocked meanwhile(of_);
    return line_.read(within, into);
  }
  result<std::size_t> write(std::span<const std::byte> from) { return write_parts(std::span(&from, 1)); }
  result<std::size_t> write_parts(std::span<const net::bytes> parts) {
    std::size_t all = 0;
    for (const net::bytes part : parts) all += part.size();
    const bool has_turn = of_.now == user::writer;
    const unlocked meanwhile(of_);
    std::unique_lock turn(of_.turn, std::defer_lock);
    if (!has_turn) turn.lock();
    if (of_.closed) return all;
    return line_.write(parts);
  }
  /// Beast's teardown: the connection itself is closed by whom it belongs to.
  result<void> shutdown_write() noexcept {
    of_.ended = true;
    return {};
  }

  std::shared_ptr<const cancel_scope> life;  // when it ends, reads give up
  std::chrono::nanoseconds idle{};           // how long each may take
  std::optional<transport::limit> asking;    // during a client's handshake, instead of both

 private:
  /// Lets the state go for a while.
  class unlocked {
   public:
    explicit unlocked(guarded& of) : of_(of), was_(of.now) { of_.state.unlock(); }
    unlocked(const unlocked&) = delete;
    unlocked& operator=(const unlocked&) = delete;
    ~unlocked() {
      of_.state.lock();
      of_.now = was_;
    }

   private:
    guarded& of_;
    const user was_;
  };

  websocket_line& line_;
  guarded& of_;
};

beast::string_view view_of(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

class websocket::core {
 public:
  core(std::unique_ptr<websocket_line> line, const context& until, std::size_t max_message,
       std::chrono::nanoseconds idle)
      : line_(std::move(line)),
        life_(std::make_shared<const cancel_scope>(with_cancel(until))),
        wire_(*line_, guarded_),
        socket_(wire_) {
    wire_.life = life_;
    wire_.idle = idle;
    socket_.auto_fragment(false);
    socket_.read_message_max(max_message);
  }
  core(const core&) = delete;
  core& operator=(const core&) = delete;
  ~core() {
    life_->cancel();
    waiting_.wait();
  }

  result<void> accept(std::string_view key, const std::string& protocol) {
    protocol_ = protocol;
    socket_.set_option(ws::stream_base::decorator([&protocol](ws::response_type& answer) {
      answer.erase(beast::http::field::server);
      if (!protocol.empty()) answer.set(beast::http::field::sec_websocket_protocol, protocol);
    }));
    beast::http::request<beast::http::empty_body> asked(beast::http::verb::get, "/", 11);
    asked.set(beast::http::field::host, "here");  // looked at by upgrade(), as everything else
    asked.set(beast::http::field::upgrade, "websocket");
    asked.set(beast::http::field::connection, "upgrade");
    asked.set(beast::http::field::sec_websocket_version, "13");
    asked.set(beast::http::field::sec_websocket_key, view_of(key));
    const held state(*this, user::reader);
    error_code error;
    socket_.accept(asked, error);
    return done(error);
  }

  result<void> ask(const detail::wait_limit& limit, const url& to, const websocket_request& what, std::string& why) {
    socket_.set_option(ws::stream_base::decorator([&](ws::request_type& asked) {
      asked.erase(beast::http::field::user_agent);
      for (const auto& [name, value] : what.header) asked.insert(view_of(name), view_of(value));
      if (!what.protocols.empty()) asked.set(beast::http::field::sec_websocket_protocol, what.protocols);
    }));
    const held state(*this, user::reader);
    masks_ = true;
    ws::response_type answer;
    error_code error;
    wire_.asking = limit;
    socket_.handshake(answer, to.authority(), to.target(), error);
    wire_.asking.reset();
    if (error) {
      const std::error_code reason = reason_of(error);
      why = answer.result_int() != 101 && error == ws::error::upgrade_declined
                ? "the answer is " + std::to_string(answer.result_int()) + ' ' + std::string(answer.reason())
                : reason.message();
      return reason;
    }
    const beast::string_view chosen = answer[beast::http::field::sec_websocket_protocol];
    protocol_ = std::string(chosen.data(), chosen.size());
    fields offered;
    offered.add("Offered", what.protocols);
    if ((!protocol_.empty() && !offered.has("Offered", protocol_)) ||
        answer.count(beast::http::field::sec_websocket_extensions) != 0) {
      why = "the server has chosen what it was not offered";
      return client_errc::not_websocket;
    }
    return {};
  }

  result<std::optional<message>> read(const context* only_while) {
    std::optional<after_scope> calls_off;
    if (only_while != nullptr) calls_off = after_func(*only_while, [life = life_] { life->cancel(); });
    const result<std::optional<message>> got = read_one();
    if (got) return got;
    std::error_code why = got.error();
    if (why == weft::errc::cancelled) {
      const bool waited_for_goodbye = is_closed();
      static_cast<void>(close(1001, "going away", detail::within(farewell)));
      if (only_while != nullptr && only_while->err())
        why = only_while->err();
      else if (waited_for_goodbye)
        why = weft::errc::timed_out;
    }
    line_->gone(why);
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

  /// `patience`: how long to wait for the end of a message that is being written.
  result<void> close(std::uint16_t code, std::string_view reason, const detail::wait_limit& patience = {}) {
    if (const result<void> ours = guarded_.turn.lock(patience); !ours) return ours;
    const std::scoped_lock turn(std::adopt_lock, guarded_.turn);
    const held state(*this, user::writer);
    if (guarded_.closed) return {};
    const auto sent = wire_.write(io::bytes_of(goodbye(code, reason.substr(0, 123))));
    guarded_.closed = true;
    waiting_.go([this] {
      static_cast<void>(sleep_for(*life_, farewell));
      life_->cancel();
    });
    if (!sent) return sent.error();
    return {};
  }

  [[nodiscard]] std::uint16_t code() const {
    const std::scoped_lock state(guarded_.state);
    return code_;
  }
  [[nodiscard]] const std::string& protocol() const noexcept { return protocol_; }

 private:
  /// The state, taken by somebody.
  class held {
   public:
    held(core& of, user by) : lock_(of.guarded_.state) { of.guarded_.now = by; }

   private:
    const std::scoped_lock<mutex> lock_;
  };

  static std::error_code reason_of(const error_code& error) {
    const error_code not_http = beast::http::error::bad_version;  // one of its category
    if (error == ws::error::message_too_big || error == ws::error::buffer_overflow) return errc::message_too_large;
    if (error == beast::http::error::end_of_stream) return client_errc::no_response;
    if (error == beast::http::error::partial_message) return client_errc::cut_off;
    if (error == ws::condition::handshake_failed || error.category() == not_http.category()) {
      return client_errc::not_websocket;
    }
    if (error == ws::condition::protocol_violation || error == ws::error::bad_frame_payload) return errc::protocol;
    return asio::from_boost(error);
  }

  static result<void> done(const error_code& error) {
    if (error) return reason_of(error);
    return {};
  }

  /// A frame of it, masked with zeros by a client, which may choose its mask: what is in it is no secret.
  [[nodiscard]] std::string goodbye(std::uint16_t code, std::string_view reason) const {
    std::string frame{'\x88', static_cast<char>((masks_ ? 0x80 : 0) | (2 + reason.size()))};
    if (masks_) frame.append(4, '\0');
    frame += static_cast<char>(code >> 8);
    frame += static_cast<char>(code & 0xff);
    return frame.append(reason);
  }

  result<std::optional<message>> read_one() {
    const held state(*this, user::reader);
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
    return reason_of(error);
  }

  [[nodiscard]] bool is_closed() const {
    const std::scoped_lock state(guarded_.state);
    return guarded_.closed;
  }

  template <class F>
  result<void> with_turn(F&& f) {
    const std::scoped_lock turn(guarded_.turn);
    const held state(*this, user::writer);
    if (guarded_.closed) return weft::errc::closed;
    error_code error;
    f(error);
    if (error == boost::asio::error::operation_aborted) return weft::errc::closed;  // the peer has said goodbye
    return done(error);
  }

  const std::unique_ptr<websocket_line> line_;
  const std::shared_ptr<const cancel_scope> life_;
  mutable guarded guarded_;
  wire wire_;
  ws::stream<asio::stream<wire&>, false> socket_;
  wait_group waiting_;  // for the answer to our goodbye
  std::uint16_t code_ = 0;
  bool masks_ = false;
  std::string protocol_;
};

websocket::websocket(std::unique_ptr<core> made) noexcept : core_(std::move(made)) {}
websocket::websocket(websocket&& other) noexcept = default;
websocket& websocket::operator=(websocket&& other) noexcept = default;
websocket::~websocket() = default;

result<std::optional<websocket::message>> websocket::read() { return core_->read(nullptr); }
result<std::optional<websocket::message>> websocket::read(const context& ctx) { return core_->read(&ctx); }
result<void> websocket::write_text(std::string_view text) { return core_->write(true, io::bytes_of(text)); }
result<void> websocket::write_binary(std::span<const std::byte> data) { return core_->write(false, data); }
result<void> websocket::ping(std::string_view payload) { return core_->ping(payload); }
result<void> websocket::close(std::uint16_t code, std::string_view reason) { return core_->close(code, reason); }
std::uint16_t websocket::close_code() const { return core_->code(); }
std::string_view websocket::protocol() const noexcept { return core_->protocol(); }

result<websocket> accept_websocket(std::unique_ptr<websocket_line> line, const context& until,
                                   const websocket_options& options, std::string_view key,
                                   const std::string& protocol) {
  auto made = std::make_unique<websocket::core>(std::move(line), until, options.max_message, options.idle_timeout);
  if (const auto done = made->accept(key, protocol); !done) return done.error();
  return websocket(std::move(made));
}

result<websocket> request_websocket(std::unique_ptr<websocket_line> line, const detail::wait_limit& limit,
                                    const url& to, const websocket_request& what, std::string& why) {
  auto made = std::make_unique<websocket::core>(std::move(line), background(), what.max_message, what.idle_timeout);
  if (const auto done = made->ask(limit, to, what, why); !done) return done.error();
  return websocket(std::move(made));
}

}  // namespace weft::http
