// SPDX-License-Identifier: Apache-2.0
//
// Operations that may give up, in every style (styles.hpp), and the two ways to make them: a deadline, and a canceller,
// which is what a context is to the floors below it.
//
//     for (const style how : all_styles) {
//       for (const bound kind : all_bounds) {
//         const limiter soon(kind, 2ms);
//         EXPECT_EQ(recv(how, soon, c).error(), soon.reason()) << name(how) << name(kind);
//       }
//     }
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "styles.hpp"

namespace weft::test {

using weft::detail::canceller;
using weft::detail::wait_limit;

enum class bound { deadline, cancel };

inline constexpr bound all_bounds[] = {bound::deadline, bound::cancel};

inline const char* name(bound kind) { return kind == bound::deadline ? ", deadline" : ", cancel"; }

/// A limit that comes after `d`: at once if that is 0, and not in this test if it is an hour. Before it goes, whoever
/// it limits must have returned.
class limiter {
 public:
  limiter(bound kind, std::chrono::nanoseconds d) : kind_(kind) {
    if (kind == bound::deadline) {
      limit_ = detail::within(d);
      return;
    }
    limit_.by = by_.get();
    if (d == d.zero()) {
      by_->cancel(errc::cancelled);
      return;
    }
    if (d >= std::chrono::hours(1)) return;
    go([by = by_, d] {
      sleep_for(d);
      by->cancel(errc::cancelled);
    });
  }

  operator wait_limit() const noexcept { return limit_; }
  [[nodiscard]] errc reason() const noexcept { return kind_ == bound::deadline ? errc::timed_out : errc::cancelled; }

 private:
  bound kind_;
  std::shared_ptr<canceller> by_ = std::make_shared<canceller>();
  wait_limit limit_;
};

template <class T>
result<void> send(style how, const wait_limit& limit, const chan<T>& c, std::type_identity_t<T> value) {
  const chan<unit> never, nil(nullptr);
  result<std::size_t> done = 0;
  selector s;
  switch (how) {
    case style::plain:
      return c.send(limit, std::move(value));
    case style::single:
      done = select(limit, on_send(c, std::move(value)));
      break;
    case style::wide:
      done = select(limit, on_recv(never), on_send(nil, {}), on_send(c, std::move(value)), on_send(never, {}));
      break;
    case style::dynamic:
      s.on_recv(never);
      s.on_send(c, std::move(value));
      s.on_recv(nil);
      done = s.wait(limit);
      break;
  }
  if (!done) return done.error();
  return {};
}

template <class T>
result<std::optional<T>> recv(style how, const wait_limit& limit, const chan<T>& c) {
  const chan<unit> never, nil(nullptr);
  std::optional<T> received;
  const auto keep = [&](std::optional<T> v) {
    if (v) received.emplace(*std::move(v));
  };
  result<std::size_t> done = 0;
  selector s;
  switch (how) {
    case style::plain:
      return c.recv(limit);
    case style::single:
      done = select(limit, on_recv(c, keep));
      break;
    case style::wide:
      done = select(limit, on_send(never, {}), on_recv(nil), on_recv(c, keep), on_recv(never));
      break;
    case style::dynamic:
      s.on_send(nil, {});
      s.on_recv(c, keep);
      s.on_recv(never);
      done = s.wait(limit);
      break;
  }
  if (!done) return done.error();
  return received;
}

}  // namespace weft::test
