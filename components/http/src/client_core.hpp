// SPDX-License-Identifier: Apache-2.0
//
// The connections of a client: how many there are, which are idle, and how new ones are made.
//
// A place per scheme, host and port counts its connections, those in use and those that are idle; the idle ones wait in
// the order of their last use. Whoever wants one takes the one that was used last, or makes one if there is room, or
// waits for either. All of it is under lock_, which is held for a look at these lists only: dialling, closing and the
// look whether an idle connection is still good are done without.
//
// An idle connection is looked at before it is used: a server that has closed it is noticed by a read that does not
// wait. What is left is the moment between, for which client.cpp sends again.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "weft/condition.hpp"
#include "weft/http/client.hpp"
#include "weft/http/transport.hpp"
#include "weft/mutex.hpp"

namespace weft::http {

/// A new one, looked up, connected and, for https, shaken hands on (client_dial.cpp).
[[nodiscard]] result<std::unique_ptr<transport>> dial_wire(const detail::wait_limit& limit, const url& to,
                                                           const client_options& options, std::string& why);

struct client_connection {
  std::unique_ptr<transport> wire;
  std::string input{};  // what was read and not used yet
  bool kept = false;    // it was used before
  clock::time_point idle_since{};
};

/// The limit, but no later than `when`.
[[nodiscard]] inline detail::wait_limit no_later(const detail::wait_limit& limit, detail::nanoseconds when) noexcept {
  return {.until = std::min(limit.until, when), .by = limit.by};
}
[[nodiscard]] inline detail::nanoseconds after_time(std::chrono::milliseconds d) noexcept {
  return d.count() <= 0 ? detail::never : detail::deadline_after(detail::saturated(d));
}

class client_core : public std::enable_shared_from_this<client_core> {
 public:
  explicit client_core(client_options options) : options_(std::move(options)) {}
  client_core(const client_core&) = delete;
  client_core& operator=(const client_core&) = delete;
  ~client_core() = default;

  /// client.cpp
  [[nodiscard]] result<client_response> send(const detail::wait_limit& limit, const client_request& what,
                                             std::string& why);

  /// A connection with `to`: an idle one, unless `fresh`, or a new one.
  [[nodiscard]] result<std::unique_ptr<client_connection>> acquire(const detail::wait_limit& limit, const url& to,
                                                                   bool fresh, std::string& why);
  /// Gives it back, to be used again if `reusable`.
  void release(const url& to, std::unique_ptr<client_connection> used, bool reusable);

  [[nodiscard]] const client_options& options() const noexcept { return options_; }
  [[nodiscard]] std::size_t idle();
  void close_idle();
  /// Nothing is kept any more.
  void retire();

 private:
  struct place {
    std::deque<std::unique_ptr<client_connection>> idle;  // the one used last at the back
    std::size_t open = 0;                                 // idle, in use or being made
    std::size_t waiting = 0;
    condition changed;
  };
  using places = std::map<std::string, place>;
  using held = std::unique_lock<mutex>;
  using connections = std::vector<std::unique_ptr<client_connection>>;

  [[nodiscard]] static std::string key_of(const url& to) { return to.scheme() + "://" + to.authority(); }
  result<client_response> once(const detail::wait_limit& limit, detail::nanoseconds total, const url& to,
                               const client_request& what, std::string& why);
  [[nodiscard]] result<std::unique_ptr<client_connection>> take(const detail::wait_limit& limit, const std::string& key,
                                                                bool fresh);
  void give_up_place(const std::string& key);
  [[nodiscard]] connections take_expired();

  const client_options options_;
  mutex lock_;
  places places_;
  bool retired_ = false;
};

}  // namespace weft::http
