// SPDX-License-Identifier: Apache-2.0
//
// LISTEN: what others NOTIFY, to a channel.
//
//     auto news = weft::pq::listen(ctx, std::move(connection), {"orders", "stock"});
//     for (weft::pq::notification each : news->messages()) handle(each.channel, each.payload);
//     std::puts(news->why().text().c_str());                          // the channel is closed: the server is lost
//
// A subscription is a feed (weft/feed.hpp); it has a connection of its own and a goroutine that waits for it. Nothing
// is dropped: if nobody receives, the goroutine waits, and the server keeps what comes. What is notified from
// listen()'s return on is received, in the order in which the server sends it. When the connection breaks, the channel
// is closed after the last message that came; nothing is reconnected, because what was notified meanwhile is lost, and
// only the program knows what to do then.
//
// Any number of goroutines may receive. The destructor ends the goroutine and closes the connection.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "weft/feed.hpp"
#include "weft/pq/connection.hpp"

namespace weft::pq {

struct notification {
  std::string channel;
  std::string payload;
  int process_id;  // of the server's process whose client has notified
};

using subscription = feed<notification, error_report>;

/// Listens to these channels, whose names are taken as they are, in upper and lower case. `ahead` messages are received
/// in advance. If it fails, `why` says more, and the connection is gone.
[[nodiscard]] result<subscription> listen(const detail::wait_limit& limit, connection from,
                                          const std::vector<std::string>& channels, std::size_t ahead = 16,
                                          error_report* why = nullptr);
[[nodiscard]] inline result<subscription> listen(connection from, const std::vector<std::string>& channels,
                                                 std::size_t ahead = 16, error_report* why = nullptr) {
  return listen(detail::wait_limit{}, std::move(from), channels, ahead, why);
}

}  // namespace weft::pq
