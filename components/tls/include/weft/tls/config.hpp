// SPDX-License-Identifier: Apache-2.0
//
// What a side of TLS trusts, shows and speaks: made once, used by many connections.
//
//     auto client = weft::tls::make_client();                                  // the system's roots; verification is
//     on auto internal = weft::tls::make_client({.roots = our_authority_pem, .system_roots = false}); std::string why;
//     auto server = weft::tls::make_server({.identities = {{chain_pem, key_pem}}, .protocols = {"http/1.1"}}, &why);
//     if (!server) fail(why);         // "identity 1: the key does not belong to the certificate"
//
// Certificates and keys are PEM texts. A configuration is a handle: copies share it, it does not change, and goroutines
// and threads use it at the same time. Making one reads files (the system's roots) in weft::blocking.
//
// The lowest version is TLS 1.2. Renegotiation and compression are off.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weft/result.hpp"
#include "weft/tls/error.hpp"

namespace weft::tls {

enum class version : std::uint8_t { tls_1_2, tls_1_3 };

/// A certificate, followed by those between it and the root, and its key.
struct identity {
  std::string chain{};
  std::string key{};
};

struct client_options {
  std::string roots{};                   // certificates of authorities that are trusted
  bool system_roots = true;              // those that the system trusts, too
  identity own{};                        // what to show a server that asks (mutual TLS); empty: nothing
  std::vector<std::string> protocols{};  // that we speak (ALPN), the one that we like best first
  version lowest = version::tls_1_2;
  version highest = version::tls_1_3;
  bool dangerously_trust_everybody = false;  // no verification: anybody in between can read and change everything
};

/// What a server wants to see of its clients.
enum class client_identity : std::uint8_t { not_asked, asked, required };

struct server_options {
  /// At least one. A client that names a host (SNI) gets the first whose certificate is for that host; one that names
  /// none, or another, gets the first of all.
  std::vector<identity> identities{};
  std::vector<std::string> protocols{};  // that we speak (ALPN), the one that we like best first
  client_identity clients = client_identity::not_asked;
  std::string client_roots{};  // who vouches for clients; nobody else does
  version lowest = version::tls_1_2;
  version highest = version::tls_1_3;
};

class config_core;

class client_config {
 public:
  /// For weft's own use.
  explicit client_config(std::shared_ptr<const config_core> core) noexcept : core_(std::move(core)) {}
  [[nodiscard]] const std::shared_ptr<const config_core>& core() const noexcept { return core_; }

 private:
  std::shared_ptr<const config_core> core_;
};

class server_config {
 public:
  /// For weft's own use.
  explicit server_config(std::shared_ptr<const config_core> core) noexcept : core_(std::move(core)) {}
  [[nodiscard]] const std::shared_ptr<const config_core>& core() const noexcept { return core_; }

 private:
  std::shared_ptr<const config_core> core_;
};

/// Errors: bad_identity, bad_roots, bad_option; what exactly is wrong is stored in `why`, if that is given (V6).
[[nodiscard]] result<client_config> make_client(const client_options& options = {}, std::string* why = nullptr);
[[nodiscard]] result<server_config> make_server(const server_options& options, std::string* why = nullptr);

}  // namespace weft::tls
