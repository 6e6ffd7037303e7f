// SPDX-License-Identifier: Apache-2.0
//
// What OpenSSL reports, as errc and in words that name the host; and what a connection says of itself.
#include <openssl/x509_vfy.h>

#include <cctype>
#include <string_view>

#include "connection_core.hpp"

namespace weft::tls {
namespace {

errc of_verification(long why) {
  switch (why) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return errc::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return errc::not_yet_valid;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return errc::wrong_host;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return errc::self_signed;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_UNTRUSTED:
      return errc::unknown_authority;
    case X509_V_ERR_CERT_REVOKED:
      return errc::revoked;
    default:
      return errc::bad_certificate;
  }
}

/// The alerts of RFC 8446 6.2 that a peer sends; OpenSSL adds 1000 to them.
errc of_alert(int alert) {
  switch (alert) {
    case 20:  // bad_record_mac
    case 22:  // record_overflow
    case 50:  // decode_error
    case 51:
      return errc::corrupted;  // decrypt_error
    case 42:                   // bad_certificate
    case 43:                   // unsupported_certificate
    case 44:                   // certificate_revoked
    case 45:                   // certificate_expired
    case 46:                   // certificate_unknown
    case 48:                   // unknown_ca
    case 49:                   // access_denied
    case 116:
      return errc::refused;  // certificate_required
    case 40:
      return errc::handshake_failed;
    case 70:
      return errc::no_common_version;
    case 120:
      return errc::no_common_protocol;
    default:
      return errc::peer_alert;
  }
}

errc of_reason(int reason, bool established) {
  switch (reason) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
      return errc::no_common_version;
    case SSL_R_NO_APPLICATION_PROTOCOL:
      return errc::no_common_protocol;
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return errc::no_certificate;
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
      return errc::not_tls;
    case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC:
    case SSL_R_DECRYPTION_FAILED:
    case SSL_R_BAD_RECORD_TYPE:
    case SSL_R_BAD_SIGNATURE:
    case SSL_R_DIGEST_CHECK_FAILED:
      return errc::corrupted;
    default:
      return established ? errc::corrupted : errc::handshake_failed;
  }
}

std::string quoted(std::span<const unsigned char> bytes) {
  std::string text = "its first bytes: \"";
  for (const unsigned char each : bytes) text += std::isprint(each) != 0 ? static_cast<char>(each) : '.';
  return text + '"';
}

std::string listed(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& each : names) all += (all.empty() ? "" : ", ") + each;
  return all.empty() ? "no host at all" : all;
}

/// Of a certificate that was not accepted: the fields that say why.
std::string details(errc code, const X509* leaf, long why) {
  if (leaf == nullptr) return X509_verify_cert_error_string(why);
  const certificate c = describe(*leaf);
  switch (code) {
    case errc::expired:
      return c.subject + ", or one that vouches for it; its own end: " + c.not_after;
    case errc::not_yet_valid:
      return c.subject + ", or one that vouches for it; its own beginning: " + c.not_before;
    case errc::wrong_host:
      return c.subject + ", valid for " + listed(c.names);
    case errc::self_signed:
      return c.subject;
    case errc::unknown_authority:
      return c.subject + ", issued by " + c.issuer;
    default:
      return c.subject + ": " + X509_verify_cert_error_string(why);
  }
}

}  // namespace

/// A record of TLS begins with its type and the major version 3.
bool connection_core::hears_tls() const {
  return first_size_ == 0 || (first_[0] >= 20 && first_[0] <= 24 && (first_size_ == 1 || first_[1] == 3));
}

std::pair<errc, std::string> connection_core::cause(const ssl_error& error) const {
  if (!established_ && !hears_tls()) return {errc::not_tls, quoted(std::span(first_).first(first_size_))};
  if (error.reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    const long why = SSL_get_verify_result(ssl_.get());
    const errc code = of_verification(why);
    STACK_OF(X509)* const chain = SSL_get0_verified_chain(ssl_.get());  // as far as it was verified
    return {code, details(code, chain != nullptr ? sk_X509_value(chain, 0) : nullptr, why)};
  }
  if (error.library == ERR_LIB_SSL && error.reason > SSL_AD_REASON_OFFSET &&
      error.reason < SSL_AD_REASON_OFFSET + 256) {
    const int alert = error.reason - SSL_AD_REASON_OFFSET;
    return {of_alert(alert), std::string("the peer's alert: ") + SSL_alert_desc_string_long(alert)};
  }
  return {of_reason(error.reason, established_), error.text};
}

std::string connection_core::said(errc code, const std::string& detail) const {
  std::string text = host_.empty() ? (client_ ? "no host" : "a client") : host_;
  text += ": " + make_error_code(code).message();
  return detail.empty() ? text : text + " (" + detail + ')';
}

void connection_core::fail(errc code, const std::string& detail) {
  if (failed_) return;
  failed_ = code;
  explanation_ = said(code, detail);
}

/// The transport has ended, and the peer has not said so: for reading that is all there is. Writing may go on.
std::error_code connection_core::fail_at_end() {
  if (!established_ && !hears_tls()) {
    fail(errc::not_tls, quoted(std::span(first_).first(first_size_)));
    return failed_;
  }
  if (explanation_.empty()) explanation_ = said(errc::truncated, established_ ? "" : "during the handshake");
  return errc::truncated;
}

void connection_core::fail_as_openssl_says() {
  const auto [code, why] = cause(take_errors());
  fail(code, why);
}

bool connection_core::is_open() {
  const held lock(lock_);
  return !closed_;
}

std::optional<tls::version> connection_core::version() {
  const held lock(lock_);
  if (!established_) return std::nullopt;
  return SSL_version(ssl_.get()) == TLS1_2_VERSION ? tls::version::tls_1_2 : tls::version::tls_1_3;
}

std::string connection_core::protocol() {
  const held lock(lock_);
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  if (ssl_) SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return size == 0 ? std::string() : std::string(reinterpret_cast<const char*>(name), size);
}

std::string connection_core::host() {
  if (client_) return host_;
  const held lock(lock_);
  const char* const name = ssl_ ? SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name) : nullptr;
  return name != nullptr ? name : "";
}

std::optional<certificate> connection_core::peer() {
  const held lock(lock_);
  const X509* const shown = established_ ? SSL_get0_peer_certificate(ssl_.get()) : nullptr;
  if (shown == nullptr) return std::nullopt;
  return describe(*shown);
}

bool connection_core::resumed() {
  const held lock(lock_);
  return established_ && SSL_session_reused(ssl_.get()) == 1;
}

std::string connection_core::explanation() {
  const held lock(lock_);
  return explanation_;
}

}  // namespace weft::tls
