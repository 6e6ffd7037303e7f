// SPDX-License-Identifier: Apache-2.0
//
// The feed's goroutine alone uses the connection, and has it.
#include "weft/redis/subscription.hpp"

#include <optional>
#include <utility>

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

/// Until the connection is lost or the feed is over; why.
error_report follow(detail::wire& from, const std::vector<message>& early, const context& over,
                    const chan<message>& to) {
  bool good = true;
  for (const message& each : early) good = good && to.send(over, each);
  while (good) {
    const result<reply> next = from.read(over);
    if (!next) return from.last_error();
    if (std::optional<message> made = message_of(*next)) good = to.send(over, std::move(*made)).has_value();
  }
  from.fail(over.err(), "the subscription was ended");
  return from.last_error();
}

}  // namespace

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
    } else if (next->what() != reply::kind::array) {
      error = wire.fail(errc::not_supported, "the connection is inside MULTI");
    } else {
      --wanted;
    }
  }
  if (error) {
    if (why != nullptr) *why = wire.last_error();
    return error;
  }
  return subscription(to.ahead,
                      [on = std::move(from), &wire, early = std::move(early)](
                          const context& over, const chan<message>& news) { return follow(wire, early, over, news); });
}

}  // namespace weft::redis
