// SPDX-License-Identifier: Apache-2.0
//
// How sockets of each kind come into being; the public headers say what may go wrong.
#pragma once

#include "net/socket_core.hpp"
#include "os/socket.hpp"
#include "weft/net/endpoint.hpp"
#include "weft/net/listener.hpp"
#include "weft/result.hpp"

namespace weft::net {

/// A descriptor until somebody takes it.
class open_descriptor {
 public:
  explicit open_descriptor(int fd) noexcept : fd_(fd) {}
  open_descriptor(open_descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  open_descriptor& operator=(open_descriptor&&) = delete;
  ~open_descriptor() {
    if (fd_ >= 0) detail::close_descriptor(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] int take() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

[[nodiscard]] inline std::error_code system_error(int error) noexcept { return {error, std::system_category()}; }

/// A socket of the endpoint's family; net::errc::wrong_family if that is not what the kind of socket takes.
[[nodiscard]] result<open_descriptor> open_for(const endpoint& at, bool local, detail::socket_kind kind);

/// Bound, with its options; and listening, too.
[[nodiscard]] result<detail::socket_core*> bind_core(const endpoint& at, bool local, detail::socket_kind kind);
[[nodiscard]] result<detail::socket_core*> listen_core(const endpoint& at, bool local, detail::socket_kind kind,
                                                       const listen_options& options);

/// Connected, from `from` if that is somewhere.
[[nodiscard]] result<detail::socket_core*> connect_core(const detail::wait_limit& limit, const endpoint& to, bool local,
                                                        detail::socket_kind kind, const endpoint& from);

}  // namespace weft::net
