// SPDX-License-Identifier: Apache-2.0
//
// The feed's goroutine alone uses the connection, and has it.
#include "weft/pq/subscription.hpp"

#include <utility>

#include "session.hpp"

namespace weft::pq {

namespace {

/// Until the connection is lost or the feed is over; why.
error_report follow(detail::session& from, const context& over, const chan<notification>& to) {
  std::error_code error;
  for (;;) {
    while (PGnotify* const note = PQnotifies(from.get())) {
      notification made{note->relname, note->extra, note->be_pid};
      PQfreemem(note);
      if (!error) error = to.send(over, std::move(made)).error();
    }
    if (!error && PQstatus(from.get()) != CONNECTION_BAD) error = wait_readable(over, PQsocket(from.get())).error();
    if (error || PQstatus(from.get()) == CONNECTION_BAD) break;
    static_cast<void>(PQconsumeInput(from.get()));  // if that fails, the connection is lost
  }
  if (over.err())
    from.fail(over.err(), "the subscription was ended");
  else if (error)
    from.fail(error, error.message());
  else
    from.fail_here();
  return from.last_error();
}

/// LISTEN, to one channel.
std::error_code listen_to(const detail::wait_limit& limit, detail::session& on, const std::string& channel) {
  if (channel.find('\0') != channel.npos) return on.fail(errc::bad_byte, "the name of a channel has a zero byte");
  char* const quoted = PQescapeIdentifier(on.get(), channel.data(), channel.size());
  if (quoted == nullptr) return on.fail_here();
  const std::string statement = std::string("listen ") + quoted;
  PQfreemem(quoted);
  return on.run(limit, statement, {}).error();
}

}  // namespace

result<subscription> listen(const detail::wait_limit& limit, connection from, const std::vector<std::string>& channels,
                            std::size_t ahead, error_report* why) {
  detail::session* const session = detail::session_of::get(from);
  if (session == nullptr || session->closed()) return weft::errc::closed;
  session->drop_notifications();
  for (const std::string& each : channels) {
    const std::error_code error = listen_to(limit, *session, each);
    if (!error) continue;
    if (why != nullptr) *why = session->last_error();
    return error;
  }
  return subscription(ahead, [on = std::move(from), session](const context& over, const chan<notification>& to) {
    return follow(*session, over, to);
  });
}

}  // namespace weft::pq
