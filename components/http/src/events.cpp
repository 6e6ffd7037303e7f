// SPDX-License-Identifier: Apache-2.0
//
// The format is that of HTML's "Server-sent events": lines "name: value", an empty line ends the event.
//
// The stream's context is a child of the request's, so that it ends with the client; after_func ends it when the server
// begins to shut down. That function may still be running when the stream has gone: so it shares the scope.
#include "weft/http/events.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "exchange.hpp"
#include "weft/io/stream.hpp"

namespace weft::http {
namespace {

void add_line(std::string& text, std::string_view name, std::string_view value) {
  text.append(name).append(": ");
  const std::size_t begin = text.size();
  text.append(value);
  std::replace_if(
      text.begin() + static_cast<std::ptrdiff_t>(begin), text.end(),
      [](char c) { return c == '\n' || c == '\r' || c == '\0'; }, ' ');
  text.append("\n");
}

// Each line of it; "\n", "\r\n" and "\r" end one, as the client would have it.
void add_lines(std::string& text, std::string_view name, std::string_view value) {
  for (;;) {
    const std::size_t end = value.find_first_of("\r\n");
    add_line(text, name, value.substr(0, end));
    if (end == value.npos) return;
    value.remove_prefix(value.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
  }
}

}  // namespace

event_stream::event_stream(request& asked, response& answer)
    : answer_(answer),
      ctx_(std::make_shared<cancel_scope>(with_cancel(asked.ctx()))),
      at_stop_(after_func(asked.of().common.stopping, [ctx = ctx_] { ctx->cancel(); })) {
  answer.header().set("Content-Type", "text/event-stream; charset=utf-8");
  answer.header().set("Cache-Control", "no-store");
  answer.header().set("X-Accel-Buffering", "no");
  static_cast<void>(answer.flush());
}

result<void> event_stream::send(const event& next) {
  std::string text;
  if (!next.name.empty()) add_line(text, "event", next.name);
  if (!next.id.empty()) add_line(text, "id", next.id);
  if (next.retry) add_line(text, "retry", std::to_string(next.retry->count()));
  add_lines(text, "data", next.data);
  return put(text + "\n");
}

result<void> event_stream::comment(std::string_view about) {
  std::string text;
  add_lines(text, "", about);
  return put(text + "\n");
}

result<void> event_stream::put(std::string_view text) {
  if (const std::error_code over = ctx_->err()) return over;
  if (const auto sent = io::write(answer_, text); !sent) return sent.error();
  return {};
}

}  // namespace weft::http
