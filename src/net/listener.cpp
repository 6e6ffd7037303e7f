// SPDX-License-Identifier: Apache-2.0
#include "weft/net/listener.hpp"

#include <algorithm>

#include "net/open.hpp"
#include "net/socket_core.hpp"

namespace weft::net {

using namespace detail;

namespace {

constexpr nanoseconds first_pause = 5'000'000;  // as in Go's net/http
constexpr nanoseconds longest_pause = 1'000'000'000;

/// Of the connection that would have been accepted, not of the listener (see accept(2)).
bool concerns_one_connection(int error) noexcept {
  return error == ECONNABORTED || error == EPROTO || error == ENETDOWN || error == ENOPROTOOPT || error == EHOSTDOWN ||
         error == ENONET || error == EHOSTUNREACH || error == ENETUNREACH;
}

/// ENOSPC: no room for another watch. EPERM: a firewall's word, of this connection, or of all of them.
bool may_pass(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM || error == ENOSPC || error == EPERM;
}

}  // namespace

result<socket_core*> any_listener::accept_core(const wait_limit& limit) {
  socket_core::turn mine(core_, readiness::readable, limit);
  if (mine.failed()) return mine.error();
  nanoseconds pause = first_pause;
  for (;;) {
    socket_name from;
    call_result made{core_->take_kept(), 0};
    if (made.value < 0) made = mine.attempt([&](int fd) { return accept_socket(fd, from); });
    if (mine.failed()) return mine.error();
    if (concerns_one_connection(made.error)) {
      if (limit.called_off()) return error_of(wait_end::cancelled, limit);
      if (limit.passed()) return weft::errc::timed_out;
      continue;
    }
    open_descriptor accepted(static_cast<int>(made.value));
    const result<socket_core*> core = made.error == 0 ? socket_core::try_to_adopt(accepted.get(), core_->carried_by())
                                                      : result<socket_core*>(system_error(made.error));
    if (core) {
      static_cast<void>(accepted.take());
      return core;
    }
    if (!may_pass(core.error().value())) return core;
    core_->keep(accepted.take());
    if (!mine.rest(pause)) return mine.error();
    pause = std::min(2 * pause, longest_pause);
  }
}

}  // namespace weft::net
