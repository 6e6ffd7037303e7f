// SPDX-License-Identifier: Apache-2.0
//
// Taking leave. A connection that is closed while bytes are unread is reset by the system, and a reset may take the
// last answer with it before the client has read it. So where the client may still be sending, our half is ended first,
// and what comes is read and dropped for a while (RFC 9112, 9.6).
//
// What a handler has answered is replaced by 400 or 413 if the request's body turns out to be malformed or too large
// before anything of the answer was sent: who breaks the framing gets no answer to a request that may not be his (H6).
#include "session.hpp"

#include <array>
#include <chrono>
#include <exception>
#include <string>

#include "exchange.hpp"
#include "limit.hpp"
#include "weft/failure.hpp"
#include "weft/group.hpp"
#include "weft/http/error.hpp"
#include "weft/http/request.hpp"
#include "weft/http/response.hpp"
#include "weft/http/status.hpp"

namespace weft::http {
namespace {

constexpr auto leave_time = std::chrono::seconds(1);
constexpr std::size_t leave_bytes = 256 * 1024;

void take_leave(const shared& common, transport& from) {
  const transport::limit within = limit_of(common.forced, leave_time);
  from.end(within);
  std::array<std::byte, 1024> waste;
  for (std::size_t dropped = 0; dropped < leave_bytes;) {
    const result<std::size_t> got = from.read(within, waste);
    if (!got || *got == 0) return;
    dropped += *got;
  }
}

void refuse(exchange& with, int number) {
  with.out.begin(11, false, false);
  response answer(with);
  answer.fail(number);
  with.out.finish();
}

/// What the handler threw, or nothing.
failure call_handler(exchange& with) {
  request asked(with);
  response answer(with);
  try {
    with.common.answers(asked, answer);
    return {};
  } catch (const detail::goexit_signal&) {
    throw;
  } catch (...) {
    return std::current_exception();
  }
}

/// Whether the connection may go on.
bool answer_request(exchange& with) {
  outgoing& out = with.out;
  incoming& in = with.in;
  with.parameters.clear();
  out.begin(in.asked().version, in.asked().method == "HEAD", in.asked().keep_alive);
  const failure thrown = call_handler(with);
  with.watch.end();
  if (thrown) with.report(thrown.message());
  if (out.taken()) return false;
  if (thrown && out.started()) return false;
  if (thrown) {
    out.reset();
    response(with).fail(status::internal_server_error);
  }
  if (!out.started()) {
    in.drop_what_is_there();
    const std::error_code wrong = in.body_error();
    if (wrong == errc::malformed || wrong == errc::body_too_large || wrong == weft::errc::timed_out) {
      out.reset();
      out.do_not_keep_alive();
      response(with).fail(wrong == errc::malformed        ? status::bad_request
                          : wrong == errc::body_too_large ? status::content_too_large
                                                          : status::request_timeout);
    }
  }
  if (in.body_error() || in.will_not_drop()) out.do_not_keep_alive();
  if (!out.finish()) with.report("the body is not as long as its Content-Length says");
  return out.keep_alive() && in.drop_body();
}

}  // namespace

void run_session(const shared& common, std::unique_ptr<transport> connection) {
  // No request has begun with a handshake: the end of the server calls it off.
  if (!connection->begin(limit_of(common.stopping, common.options.header_timeout))) return connection->close();
  exchange with(common, std::move(connection));
  bool leaving = true;  // the client may still be sending
  for (bool first = true;; first = false) {
    const incoming::outcome next = with.in.read_head(first);
    if (next.what == incoming::outcome::end) {
      leaving = false;
      break;
    }
    if (next.what == incoming::outcome::refused) {
      refuse(with, next.status);
      break;
    }
    if (!answer_request(with)) {
      leaving = !with.out.broken() && !(with.in.used_up() && !with.out.taken());
      break;
    }
  }
  if (leaving) take_leave(common, *with.stream);
  with.stream->close();
}

void turn_away(const shared& common, std::unique_ptr<transport> connection) {
  if (!connection->begin(limit_of(common.forced, leave_time))) return connection->close();
  exchange with(common, std::move(connection));
  with.out.begin(11, false, false);
  with.out.header().set("Retry-After", "1");
  response(with).fail(status::service_unavailable);
  with.out.finish();
  take_leave(common, *with.stream);
  with.stream->close();
}

}  // namespace weft::http
