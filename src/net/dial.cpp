// SPDX-License-Identifier: Apache-2.0
//
// Each attempt is a goroutine, if there are several; it sends what came of it to a channel that has room for all, so
// that nobody waits for losers. They share the race, and the last of them frees it, with the connection of one who has
// won too late.
//
// The attempts' limit is the race's own canceller, because a wait has one: the caller's limit ends the caller, who then
// cancels the race.
//
// A foreign thread tries one address after the other: there may be no run to race in, or it may end. Each gets an even
// part of the time that is left, but two seconds at least (Go's rule for addresses that are tried in turn).
#include "weft/net/dial.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include "weft/chan.hpp"
#include "weft/detail/canceller.hpp"
#include "weft/detail/park.hpp"
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
      } else if (limit.called_off() || limit.passed()) {
        note_unfinished(came.error());
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
    has_lost_[one.which] = true;
    if (one.which == 0) first_error_ = one.connection.error();
    note(options_, to_[one.which].text(), one.connection.error());
  }

  void note_unfinished(std::error_code error) {
    for (std::size_t i = 0; i < started_; ++i) {
      if (!has_lost_[i]) note(options_, to_[i].text(), error);
    }
  }

  std::shared_ptr<shared> shared_;
  std::span<const endpoint> to_;
  const dial_options& options_;
  std::size_t started_ = 0;
  std::size_t lost_ = 0;
  std::vector<bool> has_lost_ = std::vector<bool>(to_.size());
  std::error_code first_error_;
};

result<tcp_connection> one_alone(const wait_limit& limit, const endpoint& to, const dial_options& options) {
  result<tcp_connection> only = connect_tcp(limit, to, options.from);
  if (!only) note(options, to.text(), only.error());
  return only;
}

result<tcp_connection> one_by_one(const wait_limit& limit, std::span<const endpoint> to, const dial_options& options) {
  constexpr nanoseconds least = 2'000'000'000;
  std::error_code first;
  for (std::size_t i = 0; i < to.size(); ++i) {
    wait_limit part = limit;
    if (limit.until != never) {
      const nanoseconds time = now();
      const nanoseconds share = (limit.until - time) / static_cast<nanoseconds>(to.size() - i);
      part.until = std::min(limit.until, time + std::max(share, least));
    }
    result<tcp_connection> made = one_alone(part, to[i], options);
    if (made || limit.called_off()) return made;
    if (i == 0) first = made.error();
    if (limit.passed()) break;
  }
  return first;
}

/// Those that can be reached from `from`; the others are noted.
std::vector<endpoint> of_family(const endpoint& from, std::span<const endpoint> to, const dial_options& options) {
  std::vector<endpoint> fit;
  for (const endpoint& each : to) {
    if (from.family() == family::none || each.family() == from.family())
      fit.push_back(each);
    else
      note(options, each.text(), errc::wrong_family);
  }
  return fit;
}

}  // namespace

result<tcp_connection> dial_any(const wait_limit& limit, std::span<const endpoint> to, const dial_options& options) {
  if (limit.called_off()) return error_of(wait_end::cancelled, limit);
  if (to.empty()) return errc::host_not_found;
  const std::vector<endpoint> fit = of_family(options.from, to, options);
  if (fit.empty()) return errc::wrong_family;
  if (fit.size() == 1) return one_alone(limit, fit.front(), options);
  if (current() == nullptr) return one_by_one(limit, fit, options);
  return race(fit, options).run(limit);
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
