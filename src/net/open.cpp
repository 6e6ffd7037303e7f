// SPDX-License-Identifier: Apache-2.0
//
// TCP's options are set on a listener: Linux hands them on to what is accepted, which saves five system calls per
// connection.
//
// A Unix socket cannot be told when there is a place in a listener's queue again: it tries after pauses.
#include "net/open.hpp"

#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "weft/net/error.hpp"

namespace weft::net {

using namespace detail;

namespace {

constexpr int keep_alive_seconds = 15;  // Go's
constexpr int keep_alive_probes = 9;

bool is_unspecified(const endpoint& at) noexcept { return at.family() == family::none; }

/// Those that TCP sockets begin with. They cannot fail; and if they do, the connection is good without.
void set_tcp_defaults(int fd) noexcept {
  static_cast<void>(set_option(fd, socket_option::no_delay, 1));
  static_cast<void>(set_option(fd, socket_option::keep_alive_idle, keep_alive_seconds));
  static_cast<void>(set_option(fd, socket_option::keep_alive_interval, keep_alive_seconds));
  static_cast<void>(set_option(fd, socket_option::keep_alive_count, keep_alive_probes));
  static_cast<void>(set_option(fd, socket_option::keep_alive, 1));
}

/// A system that routes a connection back to the port it comes from has connected it with itself.
bool is_own_peer(int fd) noexcept {
  socket_name mine;
  socket_name other;
  return name_of_socket(fd, mine) == 0 && name_of_peer(fd, other) == 0 && mine.size == other.size &&
         std::memcmp(mine.bytes, other.bytes, mine.size) == 0;
}

/// The owner of a core that is not yet anybody's.
struct held_core {
  socket_core* core;
  ~held_core() {
    if (core != nullptr) core->let_go();
  }
  socket_core* take() noexcept { return std::exchange(core, nullptr); }
};

/// Whether binding it has made a file.
bool has_file(const endpoint& at, bool local) { return local && !at.path().starts_with('@'); }

socket_core::transport transport_of(bool local, socket_kind kind) noexcept {
  return !local && kind == socket_kind::stream ? socket_core::transport::tcp : socket_core::transport::other;
}

/// The core of a socket that has been bound; if it cannot be made, what binding has made is gone, too.
result<socket_core*> adopt_bound(int fd, const endpoint& at, bool local, socket_kind kind) {
  auto file = has_file(at, local) ? std::make_unique<const std::string>(at.path()) : nullptr;
  const result<socket_core*> core = socket_core::adopt(fd, transport_of(local, kind));
  if (file == nullptr) return core;
  if (core)
    (*core)->remove_at_close(std::move(file));
  else
    remove_file(file->c_str());
  return core;
}

/// The steps of one connection: the first call begins it, later ones ask how it stands.
std::error_code connect_within(socket_core::turn& mine, const socket_name& to) {
  bool begun = false;
  const call_result made = mine.attempt([&](int fd) -> call_result {
    const int error = begun ? connect_error(fd) : connect_socket(fd, to);
    begun = true;
    return {0, error == EINPROGRESS ? EAGAIN : error};
  });
  return mine.failed() ? mine.error() : system_error(made.error);
}

std::error_code connect_local_within(socket_core::turn& mine, const socket_name& to) {
  const call_result made = mine.attempt_after_pauses([&](int fd) -> call_result {
    return {0, connect_socket(fd, to)};
  });
  return mine.failed() ? mine.error() : system_error(made.error);
}

}  // namespace

result<open_descriptor> open_for(const endpoint& at, bool local, socket_kind kind) {
  if (is_unspecified(at) || at.is_local() != local) return errc::wrong_family;
  const socket_family family = at.is_local()                 ? socket_family::local
                               : at.family() == family::ipv6 ? socket_family::ipv6
                                                             : socket_family::ipv4;
  const call_result made = open_socket(family, kind);
  if (made.error != 0) return system_error(made.error);
  return open_descriptor(static_cast<int>(made.value));
}

result<socket_core*> bind_core(const endpoint& at, bool local, socket_kind kind) {
  result<open_descriptor> opened = open_for(at, local, kind);
  if (!opened) return opened.error();
  if (const int error = bind_socket(opened->get(), at.to_system()); error != 0) return system_error(error);
  return adopt_bound(opened->take(), at, local, kind);
}

result<socket_core*> listen_core(const endpoint& at, bool local, socket_kind kind, const listen_options& options) {
  result<open_descriptor> opened = open_for(at, local, kind);
  if (!opened) return opened.error();
  const int fd = opened->get();
  int error = 0;
  if (!local) {
    error = set_option(fd, socket_option::reuse_address, 1);
    if (error == 0 && options.reuse_port) error = set_option(fd, socket_option::reuse_port, 1);
    if (error == 0 && at.family() == family::ipv6) error = set_option(fd, socket_option::v6_only, options.v6_only);
    set_tcp_defaults(fd);
  }
  if (error == 0) error = bind_socket(fd, at.to_system());
  if (error != 0) return system_error(error);
  error = listen_socket(fd, options.backlog);
  if (error == 0) return adopt_bound(opened->take(), at, local, kind);
  if (has_file(at, local)) remove_file(std::string(at.path()).c_str());
  return system_error(error);
}

result<socket_core*> connect_core(const wait_limit& limit, const endpoint& to, bool local, socket_kind kind,
                                  const endpoint& from) {
  if (limit.called_off()) return error_of(wait_end::cancelled, limit);
  result<open_descriptor> opened = open_for(to, local, kind);
  if (!opened) return opened.error();
  const int fd = opened->get();
  const socket_core::transport by = transport_of(local, kind);
  const bool tcp = by == socket_core::transport::tcp;
  if (tcp) set_tcp_defaults(fd);
  if (!is_unspecified(from)) {
    if (const int error = bind_socket(fd, from.to_system()); error != 0) return system_error(error);
  }
  const result<socket_core*> core = socket_core::adopt(opened->take(), by);
  if (!core) return core.error();
  held_core made{*core};
  const socket_name name = to.to_system();
  std::error_code error;
  {
    socket_core::turn mine(made.core, readiness::writable, limit);
    error = mine.error();
    if (!error) error = local ? connect_local_within(mine, name) : connect_within(mine, name);
    if (!error && tcp && is_own_peer(fd)) error = system_error(ECONNREFUSED);
  }
  if (error) return error;
  return made.take();
}

}  // namespace weft::net
