// SPDX-License-Identifier: Apache-2.0
//
// Server-sent events, as a client reads them: a stream that is taken up again when it breaks off.
//
//     weft::http::client client;
//     weft::http::event_source prices(client, {.url = "https://example.org/prices"});
//     while (auto next = prices.next(ctx, &why)) {
//       if (!*next) break;                                  // the server wants no more of us
//       show((*next)->name, (*next)->data);                 // "message" if the server gave no name
//     }
//
// It follows HTML's "Server-sent events". When a connection ends or fails, next() waits for the time that the server
// has told (retry), or for `retry` of the options, and asks again, with the id of the last event in Last-Event-ID; each
// attempt in a row that brings nothing doubles that time, up to `most_retry`. 204 is the server's wish that nobody asks
// again. Another status than 200, or another Content-Type, is an error, and the next call of next() asks again. Events
// that were cut off in the middle are dropped.
//
// The client must be there whenever next() is called. Its total_time would end a stream: leave it at 0. For one
// goroutine at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "weft/clock.hpp"
#include "weft/http/client.hpp"
#include "weft/result.hpp"

namespace weft::http {

struct event_source_options {
  std::chrono::milliseconds retry{3'000};        // before another attempt
  std::chrono::milliseconds most_retry{60'000};  // at most, also if the server wants more
  std::chrono::milliseconds silence{0};          // without a byte that long the connection is given up; 0: never
  std::size_t max_event = 1024 * 1024;           // bytes; more is client_errc::body_too_large
};

class event_source {
 public:
  struct event {
    std::string name;  // "message" if none was given
    std::string data;  // lines, without the end of the last one
    std::string id;    // the last that was given, with this event or before
  };

  /// Accept, Cache-Control and Last-Event-ID are set here; a Last-Event-ID that is given is where it begins. Does not
  /// block.
  event_source(client& with, client_request what, event_source_options options = {});
  event_source(event_source&& other) noexcept;
  event_source& operator=(event_source&& other) noexcept;
  ~event_source();

  /// The next event; nothing if the server wants no more requests (204), and from then on. Errors: the limit's, after
  /// which nothing is lost; client_errc::bad_url, bad_request, no_tls, not_events, body_too_large, with words in `why`,
  /// if given. Failures of connections are no errors, but reasons for another attempt.
  [[nodiscard]] result<std::optional<event>> next(const detail::wait_limit& limit, std::string* why = nullptr);
  [[nodiscard]] result<std::optional<event>> next(std::string* why = nullptr) {
    return next(detail::wait_limit{}, why);
  }
  template <class Rep, class Period>
  [[nodiscard]] result<std::optional<event>> next_for(const std::chrono::duration<Rep, Period>& d,
                                                      std::string* why = nullptr) {
    return next(detail::within(d), why);
  }

  /// The id that the next attempt would name; empty if none.
  [[nodiscard]] const std::string& last_id() const noexcept;
  /// Why the last connection has ended or failed, in words; empty if none has.
  [[nodiscard]] const std::string& last_failure() const noexcept;

 private:
  class core;
  std::unique_ptr<core> core_;
};

}  // namespace weft::http
