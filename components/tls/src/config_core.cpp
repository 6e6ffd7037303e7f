// SPDX-License-Identifier: Apache-2.0
//
// How a configuration is made from PEM texts, and what it puts into each connection.
#include "config_core.hpp"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <mutex>

#include "weft/blocking.hpp"
#include "weft/net/endpoint.hpp"

namespace weft::tls {
namespace {

bio reader_of(const std::string& text) {
  return bio(BIO_new_mem_buf(text.data(), static_cast<int>(std::min<std::size_t>(text.size(), 1U << 30))));
}

/// The certificates of a PEM text, in its order; a text that is broken off counts up to there.
std::vector<x509> certificates(const std::string& text) {
  std::vector<x509> all;
  const bio from = reader_of(text);
  while (from) {
    x509 next(PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr));
    if (!next) break;
    all.push_back(std::move(next));
  }
  return all;
}

/// Whoever asks for the password of a key is told that there is none: OpenSSL would ask at the terminal.
int no_password(char* /*into*/, int /*size*/, int /*writes*/, void* /*unused*/) { return -1; }

int version_number(version v) { return v == version::tls_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION; }

}  // namespace

template <class Options>
result<std::shared_ptr<const config_core>> config_core::make_from(const Options& options, std::string* why) {
  std::shared_ptr<config_core> made(new config_core);
  const outcome wrong = blocking([&] {
    clear_errors();
    outcome end = made->build(options);
    if (const ssl_error error = take_errors(); end && error.reason != 0) end->why += ": " + error.text;
    return end;
  });
  if (!wrong) return std::shared_ptr<const config_core>(std::move(made));
  if (why != nullptr) *why = wrong->why;
  return wrong->code;
}

result<std::shared_ptr<const config_core>> config_core::make(const client_options& options, std::string* why) {
  return make_from(options, why);
}
result<std::shared_ptr<const config_core>> config_core::make(const server_options& options, std::string* why) {
  return make_from(options, why);
}

config_core::outcome config_core::begin(const SSL_METHOD* method, version lowest, version highest) {
  context_.reset(SSL_CTX_new(method));
  if (!context_) return failed{errc::bad_option, "OpenSSL has no context for us"};
  SSL_CTX* const c = context_.get();
  if (lowest > highest) return failed{errc::bad_option, "the lowest version is above the highest"};
  SSL_CTX_set_min_proto_version(c, version_number(lowest));
  SSL_CTX_set_max_proto_version(c, version_number(highest));
  SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  return {};
}

config_core::outcome config_core::trust(const std::string& roots, const char* whose) {
  if (roots.empty()) return {};
  const std::vector<x509> all = certificates(roots);
  if (all.empty()) return failed{errc::bad_roots, std::string(whose) + ": no certificate in PEM is there"};
  clear_errors();  // the end of the text is one
  for (const x509& each : all) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), each.get()) != 1) {
      return failed{errc::bad_roots, std::string(whose) + ": a certificate cannot be used"};
    }
  }
  return {};
}

config_core::outcome config_core::add_identity(const identity& from, const std::string& name) {
  std::vector<x509> chain = certificates(from.chain);
  if (chain.empty()) return failed{errc::bad_identity, name + ": no certificate in PEM is there"};
  clear_errors();  // the end of the text is one
  loaded_identity made;
  const bio key_text = reader_of(from.key);
  if (key_text) made.key.reset(PEM_read_bio_PrivateKey(key_text.get(), nullptr, no_password, nullptr));
  if (!made.key) return failed{errc::bad_identity, name + ": no key in PEM, without a password, is there"};
  made.leaf = std::move(chain.front());
  if (X509_check_private_key(made.leaf.get(), made.key.get()) != 1) {
    clear_errors();
    return failed{errc::bad_identity, name + ": the key does not belong to the certificate"};
  }
  made.chain.reset(sk_X509_new_null());
  for (std::size_t i = 1; made.chain && i < chain.size(); ++i) {
    if (sk_X509_push(made.chain.get(), chain[i].get()) > 0) static_cast<void>(chain[i].release());
  }
  if (!made.chain ||
      SSL_CTX_use_cert_and_key(context_.get(), made.leaf.get(), made.key.get(), made.chain.get(), 1) != 1) {
    return failed{errc::bad_identity, name + ": cannot be used"};
  }
  identities_.push_back(std::move(made));
  return {};
}

config_core::outcome config_core::set_protocols(const std::vector<std::string>& protocols) {
  for (const std::string& each : protocols) {
    if (each.empty() || each.size() > 255) {
      return failed{errc::bad_option, "the name of a protocol has 1 to 255 bytes, not " + std::to_string(each.size())};
    }
    protocols_.push_back(static_cast<unsigned char>(each.size()));
    protocols_.insert(protocols_.end(), each.begin(), each.end());
  }
  if (protocols_.size() > 65'000) return failed{errc::bad_option, "too many protocols"};
  return {};
}

config_core::outcome config_core::build(const client_options& options) {
  if (outcome wrong = begin(TLS_client_method(), options.lowest, options.highest)) return wrong;
  if (outcome wrong = set_protocols(options.protocols)) return wrong;
  if (outcome wrong = trust(options.roots, "roots")) return wrong;
  if (options.system_roots && SSL_CTX_set_default_verify_paths(context_.get()) != 1) {
    return failed{errc::bad_roots, "the system's roots cannot be read"};
  }
  clear_errors();
  if (!options.own.chain.empty() || !options.own.key.empty()) {
    if (outcome wrong = add_identity(options.own, "own identity")) return wrong;
  }
  verifies_ = !options.dangerously_trust_everybody;
  SSL_CTX_set_verify(context_.get(), verifies_ ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  if (!protocols_.empty() &&
      SSL_CTX_set_alpn_protos(context_.get(), protocols_.data(), static_cast<unsigned int>(protocols_.size())) != 0) {
    return failed{errc::bad_option, "the protocols cannot be used"};
  }
  return {};
}

config_core::outcome config_core::build(const server_options& options) {
  if (outcome wrong = begin(TLS_server_method(), options.lowest, options.highest)) return wrong;
  if (outcome wrong = set_protocols(options.protocols)) return wrong;
  if (options.identities.empty()) return failed{errc::bad_identity, "a server needs an identity"};
  for (std::size_t i = 0; i < options.identities.size(); ++i) {
    if (outcome wrong = add_identity(options.identities[i], "identity " + std::to_string(i + 1))) return wrong;
  }
  SSL_CTX* const c = context_.get();
  if (options.clients != client_identity::not_asked) {
    if (options.client_roots.empty()) return failed{errc::bad_roots, "client_roots: who vouches for clients?"};
    if (outcome wrong = trust(options.client_roots, "client_roots")) return wrong;
    SSL_CTX_set_verify(
        c, SSL_VERIFY_PEER | (options.clients == client_identity::required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
        nullptr);
    for (const x509& each : certificates(options.client_roots)) SSL_CTX_add_client_CA(c, each.get());
    clear_errors();
  }
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);  // tickets, which clients keep
  static constexpr unsigned char purpose[] = "weft";
  SSL_CTX_set_session_id_context(c, purpose, sizeof purpose - 1);
  SSL_CTX_set_tlsext_servername_callback(c, name_was_given);
  SSL_CTX_set_tlsext_servername_arg(c, this);
  if (!protocols_.empty()) SSL_CTX_set_alpn_select_cb(c, choose_protocol, this);
  return {};
}

ssl_connection config_core::connect(const std::string& host) const {
  ssl_connection made(SSL_new(context_.get()));
  if (!made) return made;
  SSL_set_connect_state(made.get());
  X509_VERIFY_PARAM* const wanted = SSL_get0_param(made.get());
  // The subject's common name is no list of hosts (RFC 9525 6.3), and no constraint of an authority's holds for it.
  X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  // A host that OpenSSL does not take as a name must not be left unchecked: then there is no connection.
  if (const result<net::address> address = net::address::parse(host)) {
    const std::size_t size = address->is_ipv4() ? 4 : 16;
    if (X509_VERIFY_PARAM_set1_ip(wanted, address->bytes().data(), size) != 1) return nullptr;
  } else {
    if (host.empty() && !verifies_) return made;
    // What begins with a dot would be taken for every host below it.
    if (host.empty() || host[0] == '.' || host.find('\0') != host.npos ||
        SSL_set_tlsext_host_name(made.get(), host.c_str()) != 1 ||
        X509_VERIFY_PARAM_set1_host(wanted, host.data(), host.size()) != 1) {
      return nullptr;
    }
  }
  ssl_session before;
  {
    const std::scoped_lock hold(lock_);
    if (auto found = sessions_.extract(host)) before = std::move(found.mapped());
  }
  if (before) SSL_set_session(made.get(), before.get());
  return made;
}

ssl_connection config_core::accept() const {
  ssl_connection made(SSL_new(context_.get()));
  if (!made) return made;
  SSL_set_accept_state(made.get());
  return show(made.get(), identities_.front()) ? std::move(made) : nullptr;
}

void config_core::keep_session(const std::string& host, ssl_session session) const {
  const std::scoped_lock hold(lock_);
  if (sessions_.size() >= most_sessions) sessions_.erase(sessions_.begin());
  sessions_[host] = std::move(session);
}

bool config_core::show(SSL* connection, const loaded_identity& identity) const {
  SSL_certs_clear(connection);  // an identity with a key of another kind would stand beside this one
  return SSL_use_cert_and_key(connection, identity.leaf.get(), identity.key.get(), identity.chain.get(), 1) == 1;
}

const config_core::loaded_identity& config_core::identity_for(const char* host) const {
  for (const loaded_identity& each : identities_) {
    if (X509_check_host(each.leaf.get(), host, 0, 0, nullptr) == 1) return each;
  }
  return identities_.front();
}

int config_core::name_was_given(SSL* connection, int* /*alert*/, void* self) {
  const auto* const config = static_cast<const config_core*>(self);
  const char* const host = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
  if (host == nullptr) return SSL_TLSEXT_ERR_NOACK;
  return config->show(connection, config->identity_for(host)) ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

int config_core::choose_protocol(SSL* /*connection*/, const unsigned char** chosen, unsigned char* size,
                                 const unsigned char* offered, unsigned int offered_size, void* self) {
  const auto& ours = static_cast<const config_core*>(self)->protocols_;
  // SSL_select_next_proto points into what it was given; only `ours` and `offered` are, so its result may stay const.
  unsigned char* found = nullptr;
  const int end =
      SSL_select_next_proto(&found, size, ours.data(), static_cast<unsigned int>(ours.size()), offered, offered_size);
  *chosen = found;
  return end == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

result<client_config> make_client(const client_options& options, std::string* why) {
  auto core = config_core::make(options, why);
  if (!core) return core.error();
  return client_config(std::move(*core));
}

result<server_config> make_server(const server_options& options, std::string* why) {
  auto core = config_core::make(options, why);
  if (!core) return core.error();
  return server_config(std::move(*core));
}

}  // namespace weft::tls
