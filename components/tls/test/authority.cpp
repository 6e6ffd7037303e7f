// SPDX-License-Identifier: Apache-2.0
#include "authority.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <memory>

namespace weft::test {
namespace {

template <auto f>
struct with {
  template <class T>
  void operator()(T* p) const {
    f(p);
  }
};
using x509 = std::unique_ptr<X509, with<X509_free>>;
using pkey = std::unique_ptr<EVP_PKEY, with<EVP_PKEY_free>>;
using bio = std::unique_ptr<BIO, with<BIO_free_all>>;

std::string text_of(const bio& memory) {
  const char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}
std::string pem(X509* c) {
  const bio out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), c);
  return text_of(out);
}
std::string pem(EVP_PKEY* k) {
  const bio out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(out.get(), k, nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(out);
}

void extend(X509* c, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, c, nullptr, nullptr, 0);
  X509_EXTENSION* const made = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  X509_add_ext(c, made, -1);
  X509_EXTENSION_free(made);
}

/// Signed by `issuer` with its key; by itself if there is none.
x509 sign(const wish& what, EVP_PKEY* own, X509* issuer, EVP_PKEY* issuer_key, bool signs_others) {
  static long serial = 1000;
  x509 c(X509_new());
  X509_set_version(c.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(c.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(c.get()), what.from_days * 86'400L);
  X509_gmtime_adj(X509_getm_notAfter(c.get()), what.to_days * 86'400L);
  X509_set_pubkey(c.get(), own);
  X509_NAME* const name = X509_get_subject_name(c.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(what.name.c_str()), -1,
                             -1, 0);
  X509_set_issuer_name(c.get(), issuer != nullptr ? X509_get_subject_name(issuer) : name);
  X509* const above = issuer != nullptr ? issuer : c.get();
  extend(c.get(), above, NID_basic_constraints, signs_others ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (signs_others) extend(c.get(), above, NID_key_usage, "critical,keyCertSign,cRLSign");
  extend(c.get(), above, NID_subject_key_identifier, "hash");
  std::string hosts;
  for (const std::string& each : what.hosts) hosts += (hosts.empty() ? "" : ",") + each;
  if (!hosts.empty()) extend(c.get(), above, NID_subject_alt_name, hosts);
  X509_sign(c.get(), issuer_key != nullptr ? issuer_key : own, EVP_sha256());
  return c;
}

pkey new_key() { return pkey(EVP_EC_gen("P-256")); }

x509 read_certificate(const std::string& text) {
  const bio in(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  return x509(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
}
pkey read_key(const std::string& text) {
  const bio in(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  return pkey(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
}

}  // namespace

authority::authority(const std::string& name) {
  const pkey key = new_key();
  root_ = pem(sign({.name = name, .to_days = 3650}, key.get(), nullptr, nullptr, true).get());
  key_ = pem(key.get());
}

tls::identity authority::issue(const wish& what) const {
  const pkey key = new_key();
  const x509 mine = read_certificate(root_);
  const pkey mine_key = read_key(key_);
  return {pem(sign(what, key.get(), mine.get(), mine_key.get(), false).get()) + between_, pem(key.get())};
}

authority authority::deputy(const std::string& name) const {
  const pkey key = new_key();
  const x509 mine = read_certificate(root_);
  const pkey mine_key = read_key(key_);
  authority made;
  made.root_ = pem(sign({.name = name}, key.get(), mine.get(), mine_key.get(), true).get());
  made.key_ = pem(key.get());
  made.between_ = made.root_ + between_;
  return made;
}

tls::identity self_signed(const wish& what) {
  const pkey key = new_key();
  return {pem(sign(what, key.get(), nullptr, nullptr, false).get()), pem(key.get())};
}

const authority& trusted() {
  static const authority* const one = new authority("Weft Test Root");
  return *one;
}

const tls::identity& example() {
  static const auto* const one = new tls::identity(trusted().issue(
      {.name = "example.org",
       .hosts = {"DNS:example.org", "DNS:www.example.org", "DNS:*.wild.example", "IP:127.0.0.1", "IP:::1"}}));
  return *one;
}

}  // namespace weft::test
