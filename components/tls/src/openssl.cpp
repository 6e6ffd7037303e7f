// SPDX-License-Identifier: Apache-2.0
//
// What OpenSSL's objects say, as text.
#include "openssl.hpp"

#include <openssl/x509v3.h>

#include <array>
#include <string_view>

#include "weft/net/endpoint.hpp"

namespace weft::tls {
namespace {

using general_names = std::unique_ptr<GENERAL_NAMES, freed_by<GENERAL_NAMES_free>>;

std::string text_of(BIO* memory) {
  const char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

std::string text_of(const X509_NAME* name) {
  const bio memory(BIO_new(BIO_s_mem()));
  if (!memory) return {};
  X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_ONELINE & ~XN_FLAG_SPC_EQ & ~ASN1_STRFLGS_ESC_MSB);
  return text_of(memory.get());
}

std::string text_of(const ASN1_TIME* moment) {
  const bio memory(BIO_new(BIO_s_mem()));
  if (!memory) return {};
  ASN1_TIME_print(memory.get(), moment);
  return text_of(memory.get());
}

std::string address_text(const ASN1_OCTET_STRING* bytes) {
  const unsigned char* data = ASN1_STRING_get0_data(bytes);
  const int size = ASN1_STRING_length(bytes);
  std::array<std::uint8_t, 4> four{};
  std::array<std::uint8_t, 16> sixteen{};
  if (size == 4) {
    std::copy_n(data, 4, four.begin());
    return net::address(four).text();
  }
  if (size != 16) return {};
  std::copy_n(data, 16, sixteen.begin());
  return net::address(sixteen).text();
}

}  // namespace

ssl_error take_errors() {
  ssl_error first;
  if (const unsigned long code = ERR_get_error(); code != 0) {
    first.library = ERR_GET_LIB(code);
    first.reason = ERR_GET_REASON(code);
    std::array<char, 256> text{};
    ERR_error_string_n(code, text.data(), text.size());
    const char* const words = ERR_reason_error_string(code);
    first.text = words != nullptr ? words : text.data();
  }
  ERR_clear_error();
  return first;
}

std::vector<std::string> names_of(const X509& of) {
  std::vector<std::string> names;
  const general_names all(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&of, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* const each = sk_GENERAL_NAME_value(all.get(), i);
    if (each->type == GEN_DNS) {
      const ASN1_IA5STRING* const name = each->d.dNSName;
      names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name)),
                         static_cast<std::size_t>(ASN1_STRING_length(name)));
    } else if (each->type == GEN_IPADD) {
      names.push_back(address_text(each->d.iPAddress));
    }
  }
  return names;
}

certificate describe(const X509& what) {
  certificate c;
  c.subject = text_of(X509_get_subject_name(&what));
  c.issuer = text_of(X509_get_issuer_name(&what));
  c.names = names_of(what);
  c.not_before = text_of(X509_get0_notBefore(&what));
  c.not_after = text_of(X509_get0_notAfter(&what));
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (X509_digest(&what, EVP_sha256(), digest.data(), &size) == 1) {
    for (unsigned int i = 0; i < size; ++i) {
      constexpr std::string_view digits = "0123456789abcdef";
      c.sha256 += digits[digest[i] >> 4];
      c.sha256 += digits[digest[i] & 15];
    }
  }
  return c;
}

}  // namespace weft::tls
