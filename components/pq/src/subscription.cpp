// SPDX-License-Identifier: Apache-2.0
//
// The goroutine alone uses the connection. It ends when it finds the connection lost, or when the destructor cancels
// it, and closes the channel as the last thing it does; the destructor waits for that.
#include "weft/pq/subscription.hpp"

#include <utility>

#include "session.hpp"
#include "weft/context.hpp"
#include "weft/task.hpp"

namespace weft::pq {

struct subscription::listener {
  listener(connection from, std::size_t ahead)
      : on(std::move(from)), messages(ahead), over(with_cancel(background())) {}
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;
  ~listener() { over.cancel(); }

  void listen(detail::session& session) {
    for (bool good = true; good;) {
      while (PGnotify* const note = PQnotifies(session.get())) {
        notification made{note->relname, note->extra, note->be_pid};
        PQfreemem(note);
        if (good) good = messages.send(over, std::move(made)).has_value();
      }
      if (!good || PQstatus(session.get()) == CONNECTION_BAD) break;
      good = wait_readable(over, PQsocket(session.get())).has_value();
      if (good && PQconsumeInput(session.get()) == 0) session.fail_here();
    }
    if (const std::error_code cancelled = over.err()) session.fail(cancelled, "the subscription was ended");
    why = session.last_error();
    messages.close();
  }

  connection on;
  chan<notification> messages;
  cancel_scope over;
  error_report why;  // written before the channel is closed
  task<void> ears;   // first to be destroyed, which waits for it
};

subscription::subscription(subscription&&) noexcept = default;
subscription& subscription::operator=(subscription&&) noexcept = default;
subscription::~subscription() = default;
subscription::subscription(std::unique_ptr<listener> made) noexcept : listener_(std::move(made)) {}

receiver<notification> subscription::messages() const { return listener_->messages; }

const error_report& subscription::why() const noexcept { return listener_->why; }

result<subscription> listen(const detail::wait_limit& limit, connection from, const std::vector<std::string>& channels,
                            std::size_t ahead, error_report* why) {
  detail::session* const session = detail::session_of::get(from);
  if (session == nullptr || session->closed()) return weft::errc::closed;
  for (const std::string& each : channels) {
    char* const quoted = PQescapeIdentifier(session->get(), each.data(), each.size());
    std::error_code error;
    if (quoted == nullptr) {
      error = session->fail_here();
    } else {
      error = session->run(limit, std::string("listen ") + quoted, {}).error();
      PQfreemem(quoted);
    }
    if (!error) continue;
    if (why != nullptr) *why = session->last_error();
    return error;
  }
  auto made = std::make_unique<subscription::listener>(std::move(from), ahead);
  made->ears = spawn([l = made.get(), session] { l->listen(*session); });
  return subscription(std::move(made));
}

}  // namespace weft::pq
