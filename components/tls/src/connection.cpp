// SPDX-License-Identifier: Apache-2.0
//
// The handle. Each operation holds the core, so that the connection may be destroyed while others are in the middle of
// operations, which then end.
#include "weft/tls/connection.hpp"

#include "connection_core.hpp"

namespace weft::tls {
namespace {

constexpr std::chrono::seconds longest_farewell{5};

}  // namespace

connection::connection(std::unique_ptr<transport> below, const client_config& config, std::string_view host)
    : core_(std::make_shared<connection_core>(std::move(below), config, host)) {}

connection::connection(std::unique_ptr<transport> below, const server_config& config)
    : core_(std::make_shared<connection_core>(std::move(below), config)) {}

connection::~connection() {
  if (core_ != nullptr) core_->close({.until = 0});
}

result<void> connection::handshake(const detail::wait_limit& limit) {
  const auto core = core_;
  if (core == nullptr) return weft::errc::closed;
  return core->handshake(limit);
}

result<std::size_t> connection::read(const detail::wait_limit& limit, std::span<std::byte> into) {
  const auto core = core_;
  if (core == nullptr) return weft::errc::closed;
  return core->read(limit, into);
}

result<std::size_t> connection::write(const detail::wait_limit& limit, std::span<const std::byte> from) {
  const auto core = core_;
  if (core == nullptr) return weft::errc::closed;
  return core->write(limit, from);
}

result<void> connection::shutdown_write(const detail::wait_limit& limit) {
  const auto core = core_;
  if (core == nullptr) return weft::errc::closed;
  return core->shutdown_write(limit);
}

result<void> connection::update_keys(const detail::wait_limit& limit, bool peer_too) {
  const auto core = core_;
  if (core == nullptr) return weft::errc::closed;
  return core->update_keys(limit, peer_too);
}

void connection::close() noexcept {
  if (const auto core = core_; core != nullptr) core->close(detail::within(longest_farewell));
}

bool connection::is_open() const { return core_ != nullptr && core_->is_open(); }

void connection::set_deadline(clock::time_point when) {
  set_read_deadline(when);
  set_write_deadline(when);
}
void connection::set_read_deadline(clock::time_point when) {
  if (core_ != nullptr) core_->below().set_read_deadline(when);
}
void connection::set_write_deadline(clock::time_point when) {
  if (core_ != nullptr) core_->below().set_write_deadline(when);
}

std::optional<tls::version> connection::version() const { return core_ ? core_->version() : std::nullopt; }
std::string connection::protocol() const { return core_ ? core_->protocol() : std::string(); }
std::string connection::host() const { return core_ ? core_->host() : std::string(); }
std::optional<certificate> connection::peer() const { return core_ ? core_->peer() : std::nullopt; }
bool connection::resumed() const { return core_ && core_->resumed(); }
net::endpoint connection::remote() const { return core_ ? core_->below().remote() : net::endpoint(); }
std::string connection::explanation() const { return core_ ? core_->explanation() : std::string(); }

}  // namespace weft::tls
