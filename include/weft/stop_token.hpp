// SPDX-License-Identifier: Apache-2.0
//
// Contexts and the standard's stop tokens, each as the other.
//
//     std::jthread reader([](std::stop_token stop) {
//       auto ctx = weft::with_stop_token(weft::background(), stop);
//       while (auto line = lines.recv(ctx)) ...
//     });
//
//     weft::stop_scope stop(ctx);                     // for code that knows only std::stop_token
//     library::work(stop.get_token());
//
// The one direction is immediate: when request_stop() has returned, the context has ended; it ends on the thread that
// requests the stop, which is not held up. The other is not: the stop is requested by a goroutine of its own, since the
// callbacks of the token are somebody else's functions and may block. It begins when the context has ended. The
// goroutine is pinned, because a stop state remembers the thread that runs its callbacks: so they may block in weft
// too. Callbacks of a stop that a goroutine requests by itself must not, unless that one is pinned.
#pragma once

#include <memory>
#include <stop_token>
#include <utility>

#include "weft/context.hpp"
#include "weft/pin.hpp"

namespace weft {

/// A cancel_scope that a stop token cancels too; see with_stop_token. At its end it waits for a stop request that is
/// just being passed on.
class [[nodiscard]] stop_token_scope : public cancel_scope {
 public:
  stop_token_scope(context parent, std::stop_token token)
      : cancel_scope(with_cancel(std::move(parent))),
        callback_(std::make_unique<std::stop_callback<pass_on>>(std::move(token), pass_on{*this})) {}

 private:
  struct pass_on {
    context to;
    void operator()() const noexcept { detail::context_access::nearest(to)->close(errc::cancelled, {}); }
  };

  std::unique_ptr<std::stop_callback<pass_on>> callback_;
};

/// A child of `parent` that also ends, with errc::cancelled, when a stop is requested of `token`; if that has been
/// done, before the call returns. A token without a state never asks (X9).
[[nodiscard]] inline stop_token_scope with_stop_token(context parent, std::stop_token token) {
  return {std::move(parent), std::move(token)};
}

/// A stop source of which a stop is requested when a context ends. At the end of the scope it is on its own: the token
/// then asks only if it has asked before, or if somebody else who has the source does.
class stop_scope {
 public:
  explicit stop_scope(context of)
      : watch_(after_func(std::move(of), [source = source_]() mutable {
          const pin one_thread;
          source.request_stop();
        })) {}

  [[nodiscard]] std::stop_token get_token() const noexcept { return source_.get_token(); }
  [[nodiscard]] std::stop_source get_source() const noexcept { return source_; }

 private:
  std::stop_source source_;
  after_scope watch_;
};

}  // namespace weft
