// SPDX-License-Identifier: Apache-2.0
//
// Each attempt is a goroutine, if there are several; it sends what came of it to a channel that has room for all, so
// that nobody waits for losers. They share the race, and the last of them frees it, with the connection of one who has
// won too late.
//
// The attempts' limit is the race's own canceller, because a wait has one: the caller's limit ends the caller, who then
// cancels the race.
#include "weft/net/dial.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include "weft/chan.hpp"
#include "weft/detail/canceller.hpp"
#include "weft/go.hpp"
#include "weft/net/error.hpp"
#include "weft/net/resolve.hpp"

namespace weft::net {

using namespace detail;

namespace {

struct arrival {
  std::size_t which;
  result<tcp_connection> connection;
};

/// Families in turn, each in its order, beginning with the first's (RFC 8305, section 4).
std::vector<endpoint> interleaved(const std::vector<endpoint>& found) {
  std::vector<endpoint> sorted[2];
  for (const endpoint& each : found) sorted[each.family() == found.front().family() ? 0 : 1].push_back(each);
  std::vector<endpoint> all;
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const std::vector<endpoint>& one : sorted) {
      if (i < one.size()) all.push_back(one[i]);
    }
  }
  return all;
}

void note(const dial_options& options, std::string where, std::error_code error) {
  if (options.failures != nullptr) options.failures->push_back({std::move(where), error});
}

class race {
 public:
  race(std::span<const endpoint> to, const dial_options& options)
      : shared_(std::make_shared<shared>(to.size())), to_(to), options_(options) {}
  race(const race&) = delete;
  race& operator=(const race&) = delete;
  ~race() { shared_->over.cancel(weft::errc::cancelled); }

  result<tcp_connection> run(const wait_limit& limit) {
    start(limit.until);
    while (lost_ != to_.size()) {
      const bool more = started_ != to_.size();
      const nanoseconds next = more ? deadline_after(saturated(options_.fallback_after)) : never;
      auto came = shared_->arrivals.recv(wait_limit{std::min(limit.until, next), limit.by});
      if (came) {
        arrival& one = **came;
        if (one.connection) return std::move(one.connection);
        lose(one);
        if (more) start(limit.until);
      } else if (limit.called_off()) {
        return came.error();
      } else if (limit.passed()) {
        return came.error();
      } else {
        start(limit.until);
      }
    }
    return first_error_;
  }

 private:
  struct shared {
    explicit shared(std::size_t n) : arrivals(n) {}
    chan<arrival> arrivals;
    canceller over;
  };

  void start(nanoseconds until) {
    const std::size_t which = started_++;
    go([all = shared_, which, to = to_[which], from = options_.from, until] {
      all->arrivals.send({which, connect_tcp(wait_limit{until, &all->over}, to, from)});
    });
  }

  void lose(const arrival& one) {
    ++lost_;
    if (one.which == 0) first_error_ = one.connection.error();
    note(options_, to_[one.which].text(), one.connection.error());
  }

  std::shared_ptr<shared> shared_;
  std::span<const endpoint> to_;
  const dial_options& options_;
  std::size_t started_ = 0;
  std::size_t lost_ = 0;
  std::error_code first_error_;
};

}  // namespace

result<tcp_connection> dial_any(const wait_limit& limit, std::span<const endpoint> to, const dial_options& options) {
  if (limit.called_off()) return error_of(wait_end::cancelled, limit);
  if (to.empty()) return errc::host_not_found;
  if (to.size() > 1) return race(to, options).run(limit);
  result<tcp_connection> only = connect_tcp(limit, to.front(), options.from);
  if (!only) note(options, to.front().text(), only.error());
  return only;
}

result<tcp_connection> dial(const wait_limit& limit, std::string_view host, std::string_view service,
                            const dial_options& options) {
  const result<std::vector<endpoint>> found = resolve(limit, host, service);
  if (!found) {
    note(options, std::string(host) + ':' + std::string(service), found.error());
    return found.error();
  }
  return dial_any(limit, interleaved(*found), options);
}

std::string describe(std::span<const dial_failure> failures) {
  std::string text;
  for (const dial_failure& each : failures) {
    if (!text.empty()) text += "; ";
    text += each.where + ": " + each.error.message();
  }
  return text;
}

}  // namespace weft::net
