// SPDX-License-Identifier: Apache-2.0
#include "weft/net/tcp.hpp"

#include <algorithm>
#include <climits>

#include "net/open.hpp"
#include "os/socket.hpp"

namespace weft::net {

using namespace detail;

namespace {

int as_seconds(std::chrono::seconds d) noexcept {
  return static_cast<int>(std::clamp<std::int64_t>(d.count(), 0, 32767));  // the most that Linux takes
}

result<bool> as_flag(const result<int>& value) {
  if (!value) return value.error();
  return *value != 0;
}

}  // namespace

result<void> tcp_connection::set_no_delay(bool on) { return set(socket_option::no_delay, on ? 1 : 0); }

result<bool> tcp_connection::no_delay() const { return as_flag(get(socket_option::no_delay)); }

result<void> tcp_connection::set_keep_alive(std::optional<std::chrono::seconds> every) {
  if (!every) return set(socket_option::keep_alive, 0);
  const int seconds = std::max(1, as_seconds(*every));
  for (const socket_option each : {socket_option::keep_alive_idle, socket_option::keep_alive_interval}) {
    if (const result<void> done = set(each, seconds); !done) return done;
  }
  return set(socket_option::keep_alive, 1);
}

result<bool> tcp_connection::keep_alive() const { return as_flag(get(socket_option::keep_alive)); }

result<void> tcp_connection::set_linger(std::optional<std::chrono::seconds> wait) {
  if (core_ == nullptr) return weft::errc::closed;
  const int seconds = wait ? as_seconds(*wait) : -1;
  if (seconds > 0) core_->close_may_block();
  const std::error_code error = core_->with_descriptor([seconds](int fd) { return detail::set_linger(fd, seconds); });
  if (error) return error;
  return {};
}

result<tcp_listener> listen_tcp(const endpoint& at, const listen_options& options) {
  const result<socket_core*> core = listen_core(at, false, socket_kind::stream, options);
  if (!core) return core.error();
  return tcp_listener(*core);
}

result<tcp_listener> listen_tcp(std::string_view at, const listen_options& options) {
  const result<endpoint> where = endpoint::parse(at);
  if (!where) return where.error();
  return listen_tcp(*where, options);
}

result<tcp_connection> connect_tcp(const wait_limit& limit, const endpoint& to, const endpoint& from) {
  const result<socket_core*> core = connect_core(limit, to, false, socket_kind::stream, from);
  if (!core) return core.error();
  return tcp_connection(*core);
}

}  // namespace weft::net
