// SPDX-License-Identifier: Apache-2.0
//
// OpenSSL's objects, owned; and its error queue.
//
// OpenSSL keeps errors in a queue per thread, and a goroutine that parks may go on on another thread. So nothing parks
// between a call and the reading of its errors: each call stands alone between clear_errors() and take_errors(), on one
// thread, and all input and output is in memory. What others have left in the queue is thrown away first, and nothing
// of ours is left there.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "weft/tls/connection.hpp"

namespace weft::tls {

template <auto free_function>
struct freed_by {
  template <class T>
  void operator()(T* object) const noexcept {
    free_function(object);
  }
};

using ssl_context = std::unique_ptr<SSL_CTX, freed_by<SSL_CTX_free>>;
using ssl_connection = std::unique_ptr<SSL, freed_by<SSL_free>>;
using ssl_session = std::unique_ptr<SSL_SESSION, freed_by<SSL_SESSION_free>>;
using bio = std::unique_ptr<BIO, freed_by<BIO_free_all>>;
using x509 = std::unique_ptr<X509, freed_by<X509_free>>;
using private_key = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;

struct free_chain {
  void operator()(STACK_OF(X509) * chain) const noexcept { sk_X509_pop_free(chain, X509_free); }
};
using x509_chain = std::unique_ptr<STACK_OF(X509), free_chain>;

inline void clear_errors() noexcept { ERR_clear_error(); }

/// The first error of the call that has just been made, which is what the others come from; the queue is empty then.
struct ssl_error {
  int library = 0;
  int reason = 0;  // 0: there was none
  std::string text{};
};
[[nodiscard]] ssl_error take_errors();

/// The hosts and addresses that a certificate is for.
[[nodiscard]] std::vector<std::string> names_of(const X509& of);
[[nodiscard]] certificate describe(const X509& what);

}  // namespace weft::tls
