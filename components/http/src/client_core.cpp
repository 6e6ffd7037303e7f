// SPDX-License-Identifier: Apache-2.0
//
// The pool of client_core.hpp.
#include "client_core.hpp"

#include <array>
#include <mutex>

namespace weft::http {
namespace {

/// Whether the server has neither ended it nor said anything that nobody has asked for.
bool still_good(client_connection& c) {
  std::array<std::byte, 1> one;
  return c.input.empty() && c.wire->read({.until = 0}, one).error() == weft::errc::timed_out;
}

}  // namespace

result<std::unique_ptr<client_connection>> client_core::acquire(const detail::wait_limit& limit, const url& to,
                                                                bool fresh, std::string& why) {
  const std::string key = key_of(to);
  for (;;) {
    take_expired().clear();
    result<std::unique_ptr<client_connection>> found = take(limit, key, fresh);
    if (!found) {
      why = "wait for a connection: " + found.error().message();
      return found;
    }
    if (*found != nullptr) {
      if (still_good(**found)) return found;
      found->reset();
      give_up_place(key);
      continue;
    }
    result<std::unique_ptr<transport>> wire =
        dial_wire(no_later(limit, after_time(options_.dial_time)), to, options_, why);
    if (!wire) {
      give_up_place(key);
      return wire.error();
    }
    return std::make_unique<client_connection>(client_connection{.wire = std::move(*wire)});
  }
}

/// An idle connection, or null and the right to make one.
result<std::unique_ptr<client_connection>> client_core::take(const detail::wait_limit& limit, const std::string& key,
                                                             bool fresh) {
  std::unique_ptr<client_connection> in_the_way;  // closed when the lock is free
  held lock(lock_);
  place& here = places_[key];
  for (;;) {
    if (!here.idle.empty()) {
      std::unique_ptr<client_connection> last = std::move(here.idle.back());
      here.idle.pop_back();
      if (!fresh) return last;
      in_the_way = std::move(last);  // its place is ours
      return std::unique_ptr<client_connection>();
    }
    if (here.open < std::max<std::size_t>(options_.connections_per_host, 1)) {
      ++here.open;
      return std::unique_ptr<client_connection>();
    }
    ++here.waiting;
    const result<void> woken = here.changed.wait(limit, lock);
    --here.waiting;
    if (!woken) {
      if (here.waiting == 0 && here.open == 0) places_.erase(key);
      return woken.error();
    }
  }
}

void client_core::give_up_place(const std::string& key) {
  const held lock(lock_);
  const auto at = places_.find(key);
  place& here = at->second;
  --here.open;
  if (here.waiting != 0) {
    here.changed.notify_one();
  } else if (here.open == 0) {
    places_.erase(at);
  }
}

void client_core::release(const url& to, std::unique_ptr<client_connection> used, bool reusable) {
  const std::string key = key_of(to);
  if (reusable) {
    used->kept = true;
    used->idle_since = clock::now();
    const held lock(lock_);
    place& here = places_.at(key);
    if (!retired_ && here.idle.size() < options_.idle_per_host) {
      here.idle.push_back(std::move(used));
      here.changed.notify_one();
      return;
    }
  }
  used->wire->close();
  used.reset();
  give_up_place(key);
}

/// What has been idle for too long, off the lists.
client_core::connections client_core::take_expired() {
  connections out;
  const clock::time_point now = clock::now();
  const held lock(lock_);
  for (auto at = places_.begin(); at != places_.end();) {
    place& here = at->second;
    while (!here.idle.empty() &&
           (retired_ || detail::saturated(options_.idle_time) <= (now - here.idle.front()->idle_since).count())) {
      out.push_back(std::move(here.idle.front()));
      here.idle.pop_front();
      --here.open;
      here.changed.notify_one();
    }
    at = here.open == 0 && here.waiting == 0 ? places_.erase(at) : std::next(at);
  }
  return out;
}

std::size_t client_core::idle() {
  const held lock(lock_);
  std::size_t all = 0;
  for (const auto& [key, here] : places_) all += here.idle.size();
  return all;
}

void client_core::close_idle() {
  connections out;
  const held lock(lock_);
  for (auto at = places_.begin(); at != places_.end();) {
    place& here = at->second;
    for (auto& each : here.idle) out.push_back(std::move(each));
    here.open -= here.idle.size();
    here.idle.clear();
    here.changed.notify_all();
    at = here.open == 0 && here.waiting == 0 ? places_.erase(at) : std::next(at);
  }
}

void client_core::retire() {
  {
    const held lock(lock_);
    retired_ = true;
  }
  close_idle();
}

}  // namespace weft::http
