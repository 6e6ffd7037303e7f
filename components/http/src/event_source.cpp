// SPDX-License-Identifier: Apache-2.0
//
// States of an event source
//     resting     no connection; the next attempt is not before rest_until_
//     reading     answer_ is a response whose body is read
//     over        204 has come
// A limit that ends next() leaves the state as it is, so nothing is lost.
#include "weft/http/event_source.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "client_core.hpp"
#include "event_parser.hpp"
#include "weft/http/status.hpp"
#include "weft/time.hpp"

namespace weft::http {

class event_source::core {
 public:
  core(client& with, client_request what, event_source_options options)
      : with_(with), what_(std::move(what)), options_(options), parser_(options.max_event) {
    parser_.begin(std::string(what_.header.get("Last-Event-ID").value_or("")));
    what_.header.set("Accept", "text/event-stream");
    what_.header.set("Cache-Control", "no-store");
  }

  result<std::optional<event>> next(const detail::wait_limit& limit, std::string* why) {
    for (;;) {
      if (over_) return std::optional<event>();
      if (std::optional<event> made = parser_.take(ahead_)) {
        attempts_ = 0;
        return std::optional(std::move(*made));
      }
      result<void> went_on;
      if (parser_.too_large()) {
        went_on = fail(client_errc::body_too_large, "an event is larger than the limit");
      } else {
        went_on = answer_ ? read(limit) : connect(limit);
      }
      if (went_on) continue;
      if (why != nullptr) *why = failure_;
      return went_on.error();
    }
  }

  [[nodiscard]] const std::string& id() const noexcept { return parser_.id(); }
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

 private:
  /// The limit's reason, if it is over.
  static std::error_code over(const detail::wait_limit& limit) {
    if (limit.called_off()) return limit.by->reason();
    return limit.passed() ? make_error_code(weft::errc::timed_out) : std::error_code();
  }

  /// Rests, asks, and looks at the answer. Without an error: go on.
  result<void> connect(const detail::wait_limit& limit) {
    if (clock::now() < rest_until_) {
      if (const result<void> rested = sleep_until(limit, rest_until_); !rested) return rested;
    }
    what_.header.remove("Last-Event-ID");
    if (!parser_.id().empty()) what_.header.set("Last-Event-ID", parser_.id());
    std::string words;
    result<client_response> answer = with_.send(limit, what_, &words);
    if (!answer) {
      const std::error_code reason = answer.error();
      if (const std::error_code ended = over(limit)) return ended;
      if (reason == client_errc::bad_url || reason == client_errc::bad_request || reason == client_errc::no_tls) {
        return fail(reason, words);
      }
      rest(words);
      return {};
    }
    if (answer->status() == status::no_content) {
      over_ = true;
      return {};
    }
    const std::string type(answer->header().get("Content-Type").value_or(""));
    const std::string_view essence = std::string_view(type).substr(0, type.find_first_of("; "));
    if (answer->status() != status::ok || !same_name(essence, "text/event-stream")) {
      return fail(client_errc::not_events, what_.url + ": the answer is " + std::to_string(answer->status()) +
                                               " with " + (type.empty() ? "no type" : type));
    }
    answer_.emplace(std::move(*answer));
    parser_.begin(parser_.id());
    return {};
  }

  result<void> read(const detail::wait_limit& limit) {
    const detail::wait_limit bound = no_later(limit, after_time(options_.silence));
    const result<std::size_t> got = answer_->body().read(bound, room_);
    if (got && *got != 0) {
      ahead_ = {reinterpret_cast<const char*>(room_.data()), *got};
      return {};
    }
    if (!got) {
      if (const std::error_code ended = over(limit)) return ended;
    }
    rest(what_.url + ": " + (got ? "the stream has ended" : got.error().message()));
    return {};
  }

  void rest(std::string words) {
    using std::chrono::milliseconds;
    constexpr milliseconds least_more{100};  // so that a server that says 0 is not asked without end
    drop();
    failure_ = std::move(words);
    const milliseconds most = std::max(options_.most_retry, milliseconds(0));
    const auto told = parser_.retry();
    milliseconds pause = told && *told < static_cast<std::uint64_t>(most.count())
                             ? milliseconds(static_cast<std::int64_t>(*told))
                             : std::clamp(told ? most : options_.retry, milliseconds(0), most);
    for (int i = 0; i < attempts_ && pause < most; ++i) pause = std::min(std::max(pause, least_more) * 2, most);
    attempts_ = std::min(attempts_ + 1, 30);
    rest_until_ = clock::now() + pause;
  }

  std::error_code fail(std::error_code reason, std::string words) {
    drop();
    parser_.begin(parser_.id());
    failure_ = std::move(words);
    return reason;
  }

  void drop() {
    answer_.reset();
    ahead_ = {};
  }

  client& with_;
  client_request what_;
  const event_source_options options_;
  event_parser parser_;
  std::optional<client_response> answer_;
  std::array<std::byte, 4096> room_;
  std::string_view ahead_;  // in room_
  clock::time_point rest_until_{};
  int attempts_ = 0;  // in a row that brought nothing
  bool over_ = false;
  std::string failure_;
};

event_source::event_source(client& with, client_request what, event_source_options options)
    : core_(std::make_unique<core>(with, std::move(what), options)) {}
event_source::event_source(event_source&& other) noexcept = default;
event_source& event_source::operator=(event_source&& other) noexcept = default;
event_source::~event_source() = default;

result<std::optional<event_source::event>> event_source::next(const detail::wait_limit& limit, std::string* why) {
  return core_->next(limit, why);
}
const std::string& event_source::last_id() const noexcept { return core_->id(); }
const std::string& event_source::last_failure() const noexcept { return core_->failure(); }

}  // namespace weft::http
