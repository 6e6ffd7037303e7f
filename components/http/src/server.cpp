// SPDX-License-Identifier: Apache-2.0
//
// Accepting, counting and shutting down; the order of the latter stands in http/server.hpp.
//
// Connections are counted by a wait group, which serve_from waits for, and by an atomic for the limit. `forced` is made
// of the context without its end, so that requests that have begun are not ended by it.
#include "weft/http/server.hpp"

#include <memory>
#include <utility>

#include "session.hpp"
#include "shared.hpp"
#include "weft/error.hpp"
#include "weft/go.hpp"
#include "weft/wait_group.hpp"

namespace weft::http {
namespace {

/// How many may be told at the same time that there is no room; the others are closed without a word.
constexpr std::size_t most_turned_away = 256;

}  // namespace

result<void> serve_from(const context& ctx, acceptor& from, const handler& answers, const server_options& options) {
  if (!answers) panic("http: serve without a handler");
  const cancel_scope forced = with_cancel(without_cancel(ctx));
  const cancel_scope stopping = with_cancel(ctx);
  const shared common{answers, options, stopping, forced};
  detail::atomic<std::size_t> open{0};
  wait_group connections;
  result<void> ended;
  for (;;) {
    result<std::unique_ptr<transport>> next = from.accept(ctx);
    if (!next) {
      if (!ctx.err() && next.error() != weft::errc::closed) ended = next.error();
      break;
    }
    const std::size_t before = open.fetch_add(1);
    const bool room = before < options.max_connections;
    if (!room && before - options.max_connections >= most_turned_away) {
      open.fetch_sub(1);
      continue;
    }
    connections.go([&common, &open, room, connection = std::move(*next)]() mutable {
      struct at_end {
        detail::atomic<std::size_t>& open;
        ~at_end() { open.fetch_sub(1); }
      } end{open};
      (room ? run_session : turn_away)(common, std::move(connection));
    });
  }
  stopping.cancel();
  if (!connections.wait_for(options.grace)) forced.cancel();
  connections.wait();
  return ended;
}

}  // namespace weft::http
