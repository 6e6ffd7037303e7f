// SPDX-License-Identifier: Apache-2.0
#include "weft/net/socket.hpp"

#include <algorithm>
#include <climits>

#include "net/socket_core.hpp"
#include "os/socket.hpp"

namespace weft::net {

using namespace detail;

namespace {

/// f(fd, name) asks the system for a name.
template <class F>
endpoint ask_name(socket_core* core, F f) {
  socket_name name;
  if (core == nullptr || core->with_descriptor([&](int fd) { return f(fd, name); })) return {};
  return endpoint::from_system(name);
}

result<std::size_t> as_size(const result<int>& value) {
  if (!value) return value.error();
  return static_cast<std::size_t>(*value);
}

int as_option(std::size_t bytes) noexcept { return static_cast<int>(std::min(bytes, std::size_t{INT_MAX})); }

}  // namespace

socket::~socket() {
  if (core_ != nullptr) core_->let_go();
}

void socket::close() noexcept {
  if (core_ != nullptr) core_->close();
}

bool socket::is_open() const noexcept { return core_ != nullptr && !core_->closed(); }

int socket::native_handle() const noexcept { return is_open() ? core_->fd() : -1; }

void socket::set_one_deadline(readiness side, clock::time_point when) noexcept {
  if (core_ != nullptr) core_->set_deadline(side, when.time_since_epoch().count());
}

void socket::set_deadline(clock::time_point when) noexcept {
  set_one_deadline(readiness::readable, when);
  set_one_deadline(readiness::writable, when);
}

void socket::set_read_deadline(clock::time_point when) noexcept { set_one_deadline(readiness::readable, when); }

void socket::set_write_deadline(clock::time_point when) noexcept { set_one_deadline(readiness::writable, when); }

endpoint socket::local() const { return ask_name(core_, name_of_socket); }

endpoint socket::remote() const { return ask_name(core_, name_of_peer); }

result<void> socket::set(socket_option option, int value) const {
  if (core_ == nullptr) return weft::errc::closed;
  const std::error_code error = core_->with_descriptor([&](int fd) { return set_option(fd, option, value); });
  if (error) return error;
  return {};
}

result<int> socket::get(socket_option option) const {
  if (core_ == nullptr) return weft::errc::closed;
  call_result got;
  const std::error_code error = core_->with_descriptor([&](int fd) {
    got = get_option(fd, option);
    return got.error;
  });
  if (error) return error;
  return static_cast<int>(got.value);
}

result<void> socket::set_receive_buffer(std::size_t bytes) {
  return set(socket_option::receive_buffer, as_option(bytes));
}

result<void> socket::set_send_buffer(std::size_t bytes) { return set(socket_option::send_buffer, as_option(bytes)); }

result<std::size_t> socket::receive_buffer() const { return as_size(get(socket_option::receive_buffer)); }

result<std::size_t> socket::send_buffer() const { return as_size(get(socket_option::send_buffer)); }

}  // namespace weft::net
