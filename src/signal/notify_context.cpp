// SPDX-License-Identifier: Apache-2.0
//
// The goroutine that waits holds no scope, or the context would never end by itself: it cancels the node behind its
// handle.
#include "weft/notify_context.hpp"

#include <cctype>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

#include "weft/go.hpp"
#include "weft/select.hpp"
#include "weft/signals.hpp"

namespace weft::signals {

namespace {

/// Go's name of a signal, which is the C library's with a small letter, unless it begins with an abbreviation.
std::string name_of(int number) {
  const char* const description = ::sigdescr_np(number);
  if (description == nullptr) return "signal " + std::to_string(number);
  std::string name = description;
  if (name.size() > 1 && std::islower(static_cast<unsigned char>(name[1])) != 0) {
    name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
  }
  return name;
}

void end_with(const context& ctx, int number) {
  const std::runtime_error cause(name_of(number) + " signal received");
  detail::context_access::nearest(ctx)->close(errc::cancelled, failure::of(cause));
}

}  // namespace

signal_scope& signal_scope::operator=(signal_scope&& other) noexcept {
  if (this != &other) {
    stop();
    context::operator=(static_cast<context&&>(other));
    scope_ = std::move(other.scope_);
    notified_ = std::move(other.notified_);
  }
  return *this;
}

void signal_scope::stop() noexcept {
  if (notified_ == nullptr) return;
  signals::stop(notified_);
  notified_ = nullptr;
  scope_.cancel();
}

signal_scope notify_context(context parent, std::initializer_list<int> numbers) {
  cancel_scope scope = with_cancel(std::move(parent));
  chan<int> notified(1);
  notify(notified, numbers);
  if (!scope.err()) {
    go([ctx = context(scope), notified] {
      select(on_recv(notified, [&](std::optional<int> number) { end_with(ctx, *number); }), on_recv(ctx.done()));
    });
  }
  return {std::move(scope), std::move(notified)};
}

}  // namespace weft::signals
