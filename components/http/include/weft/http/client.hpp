// SPDX-License-Identifier: Apache-2.0
//
// An HTTP/1.1 client.
//
//     weft::http::client client;
//     std::string why;
//     auto answer = client.get(ctx, "http://example.org/list?n=10", &why);
//     if (!answer) return log(why);    // "GET http://example.org/list: connect: 192.0.2.7:80: Connection refused"
//     if (answer->status() != weft::http::status::ok) ...
//     weft::result<std::string> text = weft::io::read_all(answer->body(), 1 << 20);
//
// Connections are kept and used again, per scheme, host and port: the one that was used last first, as long as it has
// not been idle for too long and the server has not closed it. If a server closes one at the very moment at which it is
// used again, the request is sent once more on a new one, provided that sending it twice does no harm: the method is
// idempotent (RFC 9110 9.2.2) and the body is in memory (U3).
//
// Redirects are followed, up to a limit: after 303, and after 301 and 302 of a POST, with GET and without body; else
// with the same method and body, and if the body was streamed, not at all: the answer is the redirect. To another
// scheme, host or port no Authorization, Cookie or Proxy-Authorization is taken along (U4).
//
// Every step has its time (client_options) and can be called off by the context. The context bounds send(), up to the
// response's header; the body is read with contexts of its own, and with the request's total time.
//
// A client may be used by many goroutines and threads at once. It can be destroyed before its responses.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "weft/clock.hpp"
#include "weft/http/client_error.hpp"
#include "weft/http/fields.hpp"
#include "weft/http/url.hpp"
#include "weft/io/stream.hpp"
#include "weft/result.hpp"

namespace weft::tls {
class client_config;
}

namespace weft::http {

class client_core;
class client_exchange;

struct client_options {
  std::chrono::milliseconds dial_time{10'000};    // to look up, connect and shake hands
  std::chrono::milliseconds header_time{30'000};  // from the request to the header of its response
  std::chrono::milliseconds total_time{0};        // for all of it, with redirects and the body; 0: no limit
  std::size_t connections_per_host = 64;          // at a time; who comes when there are as many waits
  std::size_t idle_per_host = 8;                  // kept for later
  std::chrono::milliseconds idle_time{90'000};    // kept so long; noticed when the client is used the next time
  int redirects = 10;                             // 0: none is followed, the answer is the redirect
  std::size_t header_limit = 64 * 1024;
  std::optional<std::uint64_t> body_limit{};        // of responses; nothing: none
  std::shared_ptr<const tls::client_config> tls{};  // for https, where the component tls is built
};

/// What a request carries: nothing, a text, or what a reader brings while it is sent.
class request_body {
 public:
  using source = std::function<result<std::size_t>(std::span<std::byte>)>;

  request_body() = default;
  request_body(std::string text) : content_(std::move(text)) {}
  request_body(const char* text) : content_(std::string(text)) {}

  /// What `from` brings until its end; exactly `size` bytes if that is given, else chunked. If it blocks it holds up
  /// the end of the request: give it a limit of its own.
  template <io::reader R>
  [[nodiscard]] static request_body streamed(R from, std::optional<std::uint64_t> size = {}) {
    request_body made;
    auto kept = std::make_shared<R>(std::move(from));
    made.content_ = [kept](std::span<std::byte> into) { return kept->read(into); };
    made.size_ = size;
    return made;
  }

  [[nodiscard]] bool repeatable() const noexcept { return std::holds_alternative<std::string>(content_); }
  [[nodiscard]] const std::string& text() const noexcept { return std::get<std::string>(content_); }
  [[nodiscard]] const source& reader() const noexcept { return std::get<source>(content_); }
  [[nodiscard]] std::optional<std::uint64_t> size() const noexcept {
    return repeatable() ? std::optional<std::uint64_t>(text().size()) : size_;
  }

 private:
  std::variant<std::string, source> content_;
  std::optional<std::uint64_t> size_;
};

/// Content-Length, Transfer-Encoding and Connection are the client's to set; Host may be given.
struct client_request {
  std::string method = "GET";
  std::string url{};
  fields header{};
  request_body body{};
};

/// The body of a response: an io::reader that ends where the body does.
class response_body {
 public:
  explicit response_body(client_exchange& of) noexcept : of_(&of) {}
  /// Errors: client_errc::malformed, body_too_large, cut_off; those of the connection; the limit's reasons.
  result<std::size_t> read(std::span<std::byte> into) { return read(detail::wait_limit{}, into); }
  result<std::size_t> read(const detail::wait_limit& limit, std::span<std::byte> into);

 private:
  client_exchange* of_;
};

/// A response, its header read. A connection whose response was read to the end is kept; destroying one earlier closes
/// its connection. For one goroutine at a time.
class client_response {
 public:
  client_response(client_response&& other) noexcept;
  client_response& operator=(client_response&& other) noexcept;
  ~client_response();

  [[nodiscard]] int status() const noexcept;
  [[nodiscard]] const fields& header() const noexcept;
  /// Where it comes from, after redirects.
  [[nodiscard]] const http::url& url() const noexcept;
  [[nodiscard]] response_body body() noexcept { return response_body(*exchange_); }
  /// Whether it came on a connection that had been used before.
  [[nodiscard]] bool on_kept_connection() const noexcept;

 private:
  friend class client_core;
  explicit client_response(std::unique_ptr<client_exchange> made) noexcept;
  std::unique_ptr<client_exchange> exchange_;
};

class client {
 public:
  explicit client(client_options options = {});
  client(const client&) = delete;
  client& operator=(const client&) = delete;
  /// Closes the connections that are kept; responses go on.
  ~client();

  /// Sends a request, follows redirects, and returns the response with its header. What failed, where and in which step
  /// is stored in `why`, if given.
  [[nodiscard]] result<client_response> send(const detail::wait_limit& limit, const client_request& what,
                                             std::string* why = nullptr);
  [[nodiscard]] result<client_response> send(const client_request& what, std::string* why = nullptr) {
    return send(detail::wait_limit{}, what, why);
  }
  template <class Rep, class Period>
  [[nodiscard]] result<client_response> send_for(const std::chrono::duration<Rep, Period>& d,
                                                 const client_request& what, std::string* why = nullptr) {
    return send(detail::within(d), what, why);
  }

  [[nodiscard]] result<client_response> get(const detail::wait_limit& limit, std::string where,
                                            std::string* why = nullptr) {
    return send(limit, {.url = std::move(where)}, why);
  }
  [[nodiscard]] result<client_response> get(std::string where, std::string* why = nullptr) {
    return get(detail::wait_limit{}, std::move(where), why);
  }

  /// The same, and if there is no answer after `delay` once more beside it: the first answer wins, the other request is
  /// called off. For requests that may be repeated; others are sent once.
  template <class Rep, class Period>
  [[nodiscard]] result<client_response> hedge(const detail::wait_limit& limit,
                                              const std::chrono::duration<Rep, Period>& delay,
                                              const client_request& what, std::string* why = nullptr) {
    return send_hedged(limit, detail::saturated(delay), what, why);
  }

  [[nodiscard]] const client_options& options() const noexcept;

  /// Connections that are kept at this moment.
  [[nodiscard]] std::size_t idle() const;
  void close_idle();

 private:
  result<client_response> send_hedged(const detail::wait_limit& limit, detail::nanoseconds delay,
                                      const client_request& what, std::string* why);
  std::shared_ptr<client_core> core_;
};

}  // namespace weft::http
