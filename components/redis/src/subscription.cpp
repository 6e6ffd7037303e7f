// SPDX-License-Identifier: Apache-2.0
//
// The goroutine alone uses the connection. It ends when the connection is lost, or when the destructor cancels it, and
// closes the channel as the last thing it does; the destructor waits for that.
#include "weft/redis/subscription.hpp"

#include <optional>
#include <utility>

#include "weft/context.hpp"
#include "weft/task.hpp"
#include "wire.hpp"

namespace weft::redis {

namespace {

/// What was published; nothing for the confirmations.
std::optional<message> message_of(const reply& from) {
  const std::vector<reply>& parts = from.elements();
  if (parts.size() == 3 && parts[0].text() == "message") return message{parts[1].text(), parts[2].text(), {}};
  if (parts.size() == 4 && parts[0].text() == "pmessage") {
    return message{parts[2].text(), parts[3].text(), parts[1].text()};
  }
  return std::nullopt;
}

}  // namespace

struct subscription::listener {
  listener(connection from, std::size_t ahead)
      : on(std::move(from)), messages(ahead), over(with_cancel(background())) {}
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;
  ~listener() { over.cancel(); }

  void listen(detail::wire& wire, const std::vector<message>& early) {
    bool good = true;
    for (const message& each : early) good = good && messages.send(over, each);
    while (good) {
      const result<reply> next = wire.read(over);
      if (!next) break;
      if (std::optional<message> made = message_of(*next)) good = messages.send(over, std::move(*made)).has_value();
    }
    if (!good) wire.fail(over.err(), "the subscription was ended");
    why = wire.last_error();
    messages.close();
  }

  connection on;
  chan<message> messages;
  cancel_scope over;
  error_report why;  // written before the channel is closed
  task<void> ears;   // first to be destroyed, which waits for it
};

subscription::subscription(subscription&&) noexcept = default;
subscription& subscription::operator=(subscription&&) noexcept = default;
subscription::~subscription() = default;
subscription::subscription(std::unique_ptr<listener> made) noexcept : listener_(std::move(made)) {}

receiver<message> subscription::messages() const { return listener_->messages; }

const error_report& subscription::why() const noexcept { return listener_->why; }

result<subscription> subscribe(const detail::wait_limit& limit, connection from, const subscribe_options& to,
                               error_report* why) {
  if (!from.is_open()) return weft::errc::closed;
  detail::wire& wire = detail::wire_of::get(from);
  std::vector<message> early;  // what is published to a channel before all are confirmed
  std::size_t wanted = 0;
  const auto ask = [&](const char* name, const std::vector<std::string>& channels) -> std::error_code {
    if (channels.empty()) return {};
    std::vector<argument> words{name};
    words.insert(words.end(), channels.begin(), channels.end());
    batch one;
    one.add_all(words);
    wire.begin(name);
    wanted += channels.size();
    return wire.write(limit, one.bytes());
  };
  std::error_code error = ask("subscribe", to.channels);
  if (!error) error = ask("psubscribe", to.patterns);
  if (!error && wanted == 0) error = wire.fail(errc::not_supported, "nothing to subscribe to");
  while (!error && wanted != 0) {
    const result<reply> next = wire.read(limit);
    if (!next) {
      error = next.error();
    } else if (next->is_error()) {
      error = wire.fail(code_of(next->text()), next->text());
    } else if (std::optional<message> made = message_of(*next)) {
      early.push_back(std::move(*made));
    } else {
      --wanted;
    }
  }
  if (error) {
    if (why != nullptr) *why = wire.last_error();
    return error;
  }
  auto made = std::make_unique<subscription::listener>(std::move(from), to.ahead);
  made->ears = spawn([l = made.get(), &wire, early = std::move(early)] { l->listen(wire, early); });
  return subscription(std::move(made));
}

}  // namespace weft::redis
