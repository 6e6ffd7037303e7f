// SPDX-License-Identifier: Apache-2.0
//
// What a client does with one request: where it goes, where it is sent on to, when it is sent again.
#include "weft/http/client.hpp"

#include <algorithm>
#include <array>
#include <mutex>

#include "client_exchange.hpp"
#include "head_scanner.hpp"
#include "weft/chan.hpp"

namespace weft::http {
namespace {

class category final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "weft.http.client"; }
  [[nodiscard]] std::string message(int code) const override { return text(static_cast<client_errc>(code)); }

 private:
  static const char* text(client_errc reason) {
    switch (reason) {
      case client_errc::bad_url:
        return "the URL cannot be used";
      case client_errc::bad_request:
        return "the request cannot be sent";
      case client_errc::no_tls:
        return "https needs the component tls, and a configuration of it";
      case client_errc::too_many_redirects:
        return "too many redirects";
      case client_errc::malformed:
        return "the response is not HTTP";
      case client_errc::header_too_large:
        return "the header of the response is larger than the limit";
      case client_errc::body_too_large:
        return "the body of the response is larger than the limit";
      case client_errc::no_response:
        return "the server has ended the connection without a response";
      case client_errc::cut_off:
        return "the response has ended in the middle";
      case client_errc::not_websocket:
        return "the server does not answer as a WebSocket";
      case client_errc::not_events:
        return "the server does not answer with a stream of events";
    }
    return "unknown error of the HTTP client";
  }
};

/// What is wrong with a request; nothing if it can be sent.
std::string fault(const client_request& what) {
  if (!is_token(what.method)) return "the method is not a word";
  if (what.method == "CONNECT") return "CONNECT is for proxies";
  for (const char* ours : {"Content-Length", "Transfer-Encoding", "Connection"}) {
    if (what.header.contains(ours)) return std::string("the field ") + ours + " is set by the client";
  }
  return {};
}

bool idempotent(std::string_view method) {
  constexpr std::array<std::string_view, 6> those{"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"};
  return std::find(those.begin(), those.end(), method) != those.end();
}

bool may_repeat(const client_request& what) { return idempotent(what.method) && what.body.repeatable(); }

/// Whether the request goes on to where the response says; it is then what has to be sent there.
bool follows(int status, client_request& next, bool same_origin) {
  if ((status == 303 && next.method != "HEAD") || ((status == 301 || status == 302) && next.method == "POST")) {
    next.method = "GET";
    next.body = {};
    for (const char* of_the_body : {"Content-Type", "Content-Encoding", "Content-Language", "Content-Location"}) {
      next.header.remove(of_the_body);
    }
  } else if (!next.body.repeatable()) {
    return false;
  }
  next.header.remove("Host");
  if (!same_origin) {
    for (const char* secret : {"Authorization", "Cookie", "Proxy-Authorization"}) next.header.remove(secret);
  }
  return true;
}

bool redirects(int status) { return status == 301 || status == 302 || status == 303 || status == 307 || status == 308; }

/// Reads a body that nobody wants, so that its connection can be used again, if that is little and comes soon.
void skip(const detail::wait_limit& limit, client_response& of) {
  constexpr std::chrono::milliseconds soon{200};
  const detail::wait_limit bound = no_later(limit, after_time(soon));
  std::array<std::byte, 4096> part;
  for (int i = 0; i < 16; ++i) {
    const result<std::size_t> got = of.body().read(bound, part);
    if (!got || *got == 0) return;
  }
}

}  // namespace

const std::error_category& client_error_category() noexcept {
  static const category instance;
  return instance;
}

result<client_response> client_core::once(const detail::wait_limit& limit, detail::nanoseconds total, const url& to,
                                          const client_request& what, std::string& why) {
  for (bool again = false;; again = true) {
    result<std::unique_ptr<client_connection>> on = acquire(limit, to, again, why);
    if (!on) return on.error();
    auto exchange = std::make_unique<client_exchange>(shared_from_this(), to, std::move(*on), total);
    const result<void> begun = exchange->begin(limit, what, why);
    if (begun) return client_response(std::move(exchange));
    if (again || !exchange->was_stale() || !may_repeat(what)) return begun.error();
  }
}

result<client_response> client_core::send(const detail::wait_limit& limit, const client_request& what,
                                          std::string& why) {
  result<url> to = url::parse(what.url, &why);
  if (!to) return to.error();
  if (std::string wrong = fault(what); !wrong.empty()) {
    why = what.method + ' ' + to->text() + ": " + wrong;
    return client_errc::bad_request;
  }
  const detail::nanoseconds total = after_time(options_.total_time);
  const detail::wait_limit bound = no_later(limit, total);
  client_request next = what;
  for (int gone_on = 0;; ++gone_on) {
    const std::string here = next.method + ' ' + to->text() + ": ";
    result<client_response> answer = once(bound, total, *to, next, why);
    if (!answer) {
      why = here + why;
      return answer;
    }
    const auto location = answer->header().get("Location");
    if (!redirects(answer->status()) || !location || options_.redirects <= 0) return answer;
    if (gone_on == options_.redirects) {
      why = here + "more than " + std::to_string(options_.redirects) + " redirects, the next to " +
            std::string(*location);
      return client_errc::too_many_redirects;
    }
    result<url> there = to->resolved(*location, &why);
    if (!there) {
      why = here + "is redirected, but " + why;
      return there.error();
    }
    if (!follows(answer->status(), next, to->same_origin(*there))) return answer;
    skip(bound, *answer);
    to = std::move(there);
  }
}

result<std::size_t> response_body::read(const detail::wait_limit& limit, std::span<std::byte> into) {
  return of_->read(limit, into);
}

client_response::client_response(std::unique_ptr<client_exchange> made) noexcept : exchange_(std::move(made)) {}
client_response::client_response(client_response&& other) noexcept = default;
client_response& client_response::operator=(client_response&& other) noexcept = default;
client_response::~client_response() = default;

int client_response::status() const noexcept { return exchange_->status(); }
const fields& client_response::header() const noexcept { return exchange_->header(); }
const url& client_response::url() const noexcept { return exchange_->where(); }
bool client_response::on_kept_connection() const noexcept { return exchange_->kept(); }

client::client(client_options options) : core_(std::make_shared<client_core>(std::move(options))) {}
client::~client() { core_->retire(); }

result<client_response> client::send(const detail::wait_limit& limit, const client_request& what, std::string* why) {
  std::string words;
  result<client_response> answer = core_->send(limit, what, words);
  if (!answer && why != nullptr) *why = std::move(words);
  return answer;
}

result<client_response> client::send_hedged(const detail::wait_limit& limit, detail::nanoseconds delay,
                                            const client_request& what, std::string* why) {
  if (!may_repeat(what)) return send(limit, what, why);
  if (limit.called_off()) return detail::error_of(detail::wait_end::cancelled, limit);
  std::array<std::optional<result<client_response>>, 2> answers;
  std::array<std::string, 2> words;
  const cancel_scope both = with_cancel(background());
  chan<std::size_t> ended(2);
  wait_group sent;
  std::size_t begun = 0;
  const auto begin = [&] {
    sent.go([&, mine = begun] {
      answers[mine].emplace(core_->send(no_later(both, limit.until), what, words[mine]));
      ended.send(mine);
    });
    ++begun;
  };
  begin();
  const detail::wait_limit until_second = no_later(limit, detail::deadline_after(delay));
  std::size_t first = 0;
  std::error_code gave_up;
  for (std::size_t failures = 0; failures < begun;) {
    const result<std::optional<std::size_t>> next = ended.recv(begun == 1 ? until_second : limit);
    if (next) {
      first = **next;
      if (*answers[first]) break;
      ++failures;
    } else if (begun == 1 && next.error() == weft::errc::timed_out && !limit.passed()) {
      begin();
    } else {
      gave_up = next.error();
      break;
    }
  }
  both.cancel();
  sent.wait();
  if (why != nullptr && (gave_up || !*answers[first])) *why = std::move(words[first]);
  if (gave_up) return gave_up;
  return std::move(*answers[first]);
}

const client_options& client::options() const noexcept { return core_->options(); }
std::size_t client::idle() const { return core_->idle(); }
void client::close_idle() { core_->close_idle(); }

}  // namespace weft::http
