// SPDX-License-Identifier: Apache-2.0
//
// What configurations share: OpenSSL's context, made from options, and a client's sessions.
//
// Nothing in it changes once it is made, but for what OpenSSL guards itself, and the sessions, which have a lock that
// is held for a look at the map only.
//
// Which identity a server shows is decided by the name that the client gives (SNI), in OpenSSL's callback, which runs
// inside the handshake and puts the identity into the connection.
//
// Sessions. A client keeps the last session of each host, for as many hosts as `most_sessions`, and uses it once, for
// its next connection with that host, since with TLS 1.3 a ticket that is used twice lets others see that the two
// connections belong together. They are kept per configuration, so a session was verified as this one wants it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "openssl.hpp"
#include "weft/mutex.hpp"
#include "weft/tls/config.hpp"

namespace weft::tls {

class config_core {
 public:
  config_core(const config_core&) = delete;
  config_core& operator=(const config_core&) = delete;

  [[nodiscard]] static result<std::shared_ptr<const config_core>> make(const client_options& options, std::string* why);
  [[nodiscard]] static result<std::shared_ptr<const config_core>> make(const server_options& options, std::string* why);

  /// A connection of this configuration, without input and output; null: no memory. Of a client, verified against
  /// `host`.
  [[nodiscard]] ssl_connection connect(const std::string& host) const;
  [[nodiscard]] ssl_connection accept() const;

  void keep_session(const std::string& host, ssl_session session) const;

 private:
  struct loaded_identity {
    x509 leaf;
    x509_chain chain;
    private_key key;
  };
  struct failed {
    errc code;
    std::string why;
  };
  using outcome = std::optional<failed>;  // nothing: it went well
  static constexpr std::size_t most_sessions = 256;

  config_core() = default;

  [[nodiscard]] outcome begin(const SSL_METHOD* method, version lowest, version highest);
  [[nodiscard]] outcome trust(const std::string& roots, const char* whose);
  [[nodiscard]] outcome add_identity(const identity& from, const std::string& name);
  [[nodiscard]] outcome set_protocols(const std::vector<std::string>& protocols);
  [[nodiscard]] outcome build(const client_options& options);
  [[nodiscard]] outcome build(const server_options& options);
  template <class Options>
  [[nodiscard]] static result<std::shared_ptr<const config_core>> make_from(const Options& options, std::string* why);

  [[nodiscard]] bool show(SSL* connection, const loaded_identity& identity) const;
  [[nodiscard]] const loaded_identity& identity_for(const char* host) const;
  static int name_was_given(SSL* connection, int* alert, void* self);
  static int choose_protocol(SSL* connection, const unsigned char** chosen, unsigned char* size,
                             const unsigned char* offered, unsigned int offered_size, void* self);

  ssl_context context_;
  bool verifies_ = true;
  std::vector<loaded_identity> identities_;
  std::vector<unsigned char> protocols_;  // as on the wire: each after its size
  mutable mutex lock_;
  mutable std::map<std::string, ssl_session> sessions_;  // under lock_
};

}  // namespace weft::tls
