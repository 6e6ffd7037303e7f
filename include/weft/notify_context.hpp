// SPDX-License-Identifier: Apache-2.0
//
// A context that a signal ends (K3): for programs that are to finish in order when the user interrupts them.
//
//     auto ctx = weft::signals::notify_context(weft::background(), {SIGINT, SIGTERM});
//     while (auto next = work.recv(ctx)) handle(*next);        // Ctrl-C: next.error() is errc::cancelled
//     std::puts(ctx.cause().message().c_str());                // interrupt signal received
//
// It ends with errc::cancelled when one of the signals comes, when the parent ends, or at stop(), whichever is first.
// The signals are caught until stop() or the end of the scope, also after the first has come: call stop() to have a
// second Ctrl-C end the program at once.
#pragma once

#include <initializer_list>

#include "weft/chan.hpp"
#include "weft/context.hpp"

namespace weft::signals {

/// What notify_context returns. It can be moved, not copied; as a context it may be copied.
class [[nodiscard]] signal_scope : public context {
 public:
  signal_scope(signal_scope&& other) noexcept = default;
  signal_scope& operator=(signal_scope&& other) noexcept;
  ~signal_scope() { stop(); }

  /// Gives the signals back to whoever had them, and ends the context. Idempotent.
  void stop() noexcept;

 private:
  friend signal_scope notify_context(context parent, std::initializer_list<int> numbers);
  signal_scope(cancel_scope scope, chan<int> notified) noexcept
      : context(scope), scope_(std::move(scope)), notified_(std::move(notified)) {}

  cancel_scope scope_;
  chan<int> notified_;  // names the subscription; null: stopped, or moved away
};

/// A child of `parent` that ends when one of these signals comes; its cause then says which: "interrupt signal
/// received". It may be made before run(), and ends in whichever run the signal comes, or between two.
[[nodiscard]] signal_scope notify_context(context parent, std::initializer_list<int> numbers = {});

}  // namespace weft::signals
