// SPDX-License-Identifier: Apache-2.0
//
// SUBSCRIBE: what others PUBLISH, to a channel of weft's.
//
//     auto news = weft::redis::subscribe(ctx, std::move(connection), {.channels = {"orders"}, .patterns = {"user.*"}});
//     for (weft::redis::message each : news->messages()) handle(each.channel, each.payload);
//     std::puts(news->why().text().c_str());                // the channel is closed: the server is lost
//
// A subscription is a feed (weft/feed.hpp); it has a connection of its own and a goroutine that reads from it. What is
// published from subscribe()'s return on is received, in the order in which the server sends it. Nothing is dropped
// here: if nobody receives, the goroutine waits; but Redis closes the connection of who lets too much wait
// (client-output-buffer-limit). When the connection breaks, the channel is closed after the last message that came;
// nothing is connected anew, because what was published meanwhile is lost, and only the program knows what to do then.
//
// Any number of goroutines may receive. The destructor ends the goroutine and closes the connection.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "weft/feed.hpp"
#include "weft/redis/connection.hpp"

namespace weft::redis {

struct message {
  std::string channel;
  std::string payload;
  std::string pattern;  // that was matched; empty if the channel was subscribed to by its name
};

struct subscribe_options {
  std::vector<std::string> channels{};
  std::vector<std::string> patterns{};  // such as "user.*"
  std::size_t ahead = 16;               // messages that are received in advance
};

using subscription = feed<message, error_report>;

/// Subscribes. If it fails, `why` says more, and the connection is gone. To nothing at all is errc::not_supported.
[[nodiscard]] result<subscription> subscribe(const detail::wait_limit& limit, connection from,
                                             const subscribe_options& to, error_report* why = nullptr);
[[nodiscard]] inline result<subscription> subscribe(connection from, const subscribe_options& to,
                                                    error_report* why = nullptr) {
  return subscribe(detail::wait_limit{}, std::move(from), to, why);
}

}  // namespace weft::redis
