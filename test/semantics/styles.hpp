// SPDX-License-Identifier: Apache-2.0
//
// The ways to write one channel operation. They must all mean the same (L9), so the tests of channels run with each:
//
//     for (const style how : all_styles) {
//       EXPECT_EQ(recv(how, c), 7) << name(how);
//     }
//
// (Not SCOPED_TRACE: it belongs to the thread, and a goroutine may go on on another.)
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "harness.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace weft::test {

using weft::testing::settle;

enum class style {
  plain,   // c.recv()
  single,  // a select with this case alone
  wide,    // a select with cases that are never ready beside it
  dynamic  // a selector
};

inline constexpr style all_styles[] = {style::plain, style::single, style::wide, style::dynamic};

inline const char* name(style how) {
  switch (how) {
    case style::plain:
      return "plain";
    case style::single:
      return "single";
    case style::wide:
      return "wide";
    case style::dynamic:
      return "dynamic";
  }
  return "?";
}

template <class T>
void send(style how, const chan<T>& c, std::type_identity_t<T> value) {
  const chan<unit> never, nil(nullptr);
  selector s;
  switch (how) {
    case style::plain:
      return c.send(std::move(value));
    case style::single:
      select(on_send(c, std::move(value)));
      return;
    case style::wide:
      select(on_recv(never), on_send(nil, {}), on_send(c, std::move(value)), on_send(never, {}));
      return;
    case style::dynamic:
      s.on_recv(never);
      s.on_send(c, std::move(value));
      s.on_recv(nil);
      s.wait();
      return;
  }
}

template <class T>
std::optional<T> recv(style how, const chan<T>& c) {
  const chan<unit> never, nil(nullptr);
  std::optional<T> received;
  const auto keep = [&](std::optional<T> v) {
    if (v) received.emplace(*std::move(v));
  };
  selector s;
  switch (how) {
    case style::plain:
      return c.recv();
    case style::single:
      select(on_recv(c, keep));
      break;
    case style::wide:
      select(on_send(never, {}), on_recv(nil), on_recv(c, keep), on_recv(never));
      break;
    case style::dynamic:
      s.on_send(nil, {});
      s.on_recv(c, keep);
      s.on_recv(never);
      s.wait();
      break;
  }
  return received;
}

template <class T>
bool try_send(style how, const chan<T>& c, std::type_identity_t<T> value) {
  const chan<unit> never, nil(nullptr);
  selector s;
  switch (how) {
    case style::plain:
      return c.try_send(std::move(value));
    case style::single:
      return select(on_send(c, std::move(value)), otherwise()) == 0;
    case style::wide:
      return select(on_recv(never), otherwise(), on_send(nil, {}), on_send(c, std::move(value))) == 3;
    case style::dynamic:
      s.otherwise();
      s.on_send(c, std::move(value));
      s.on_recv(never);
      return s.wait() == 1;
  }
  return false;
}

template <class T>
try_result<T> try_recv(style how, const chan<T>& c) {
  const chan<unit> never, nil(nullptr);
  std::optional<T> received;
  const auto keep = [&](std::optional<T> v) {
    if (v) received.emplace(*std::move(v));
  };
  bool done = false;
  selector s;
  switch (how) {
    case style::plain:
      return c.try_recv();
    case style::single:
      done = select(otherwise(), on_recv(c, keep)) == 1;
      break;
    case style::wide:
      done = select(on_recv(never), on_send(nil, {}), on_recv(c, keep), otherwise()) == 2;
      break;
    case style::dynamic:
      s.on_send(never, {});
      s.on_recv(c, keep);
      s.otherwise();
      done = s.wait() == 1;
      break;
  }
  return {done, std::move(received)};
}

/// A goroutine of which a test can say whether it waits. All other goroutines must be at rest for that.
class pending {
 public:
  template <class F>
  explicit pending(F f) : ended_(std::make_shared<std::atomic<bool>>(false)) {
    go([f = std::move(f), ended = ended_]() mutable {
      f();
      ended->store(true);
    });
    settle();
  }

  [[nodiscard]] bool ended() const {
    settle();
    return ended_->load();
  }
  [[nodiscard]] bool waits() const { return !ended(); }

 private:
  std::shared_ptr<std::atomic<bool>> ended_;
};

/// How often to do something that sanitizers make slow.
constexpr int scaled(int times) {
  return under_thread_sanitizer ? times / 20 : under_address_sanitizer ? times / 5 : times;
}

}  // namespace weft::test
