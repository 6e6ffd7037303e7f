// SPDX-License-Identifier: Apache-2.0
//
// Nobody waits for the signal: whoever attends to it ends the context, so this holds from one run to the next and
// between them. The register holds a plain context, no scope, and until stop(). The channel is never sent to; it is the
// subscription's name.
#include "weft/notify_context.hpp"

#include <cctype>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

#include "signal/subscribe.hpp"
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

}  // namespace

void end_with(const context& ctx, int number) {
  const std::runtime_error cause(name_of(number) + " signal received");
  detail::context_access::nearest(ctx)->close(errc::cancelled, failure::of(cause));
}

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
  subscribe(notified, scope, numbers);
  return {std::move(scope), std::move(notified)};
}

}  // namespace weft::signals
