// SPDX-License-Identifier: Apache-2.0
#include "weft/tls/error.hpp"

#include <string>

namespace weft::tls {
namespace {

class category final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "weft.tls"; }
  [[nodiscard]] std::string message(int code) const override { return text(static_cast<errc>(code)); }

 private:
  static const char* text(errc reason) {
    switch (reason) {
      case errc::expired:
        return "the certificate has expired";
      case errc::not_yet_valid:
        return "the certificate is not valid yet";
      case errc::wrong_host:
        return "the certificate is for other hosts";
      case errc::self_signed:
        return "the certificate is signed by itself";
      case errc::unknown_authority:
        return "the certificate leads to no authority that is trusted";
      case errc::revoked:
        return "the certificate was revoked";
      case errc::bad_certificate:
        return "the certificate cannot be accepted";
      case errc::no_certificate:
        return "the peer has shown no certificate";
      case errc::refused:
        return "the peer does not accept our certificate";
      case errc::not_tls:
        return "the peer does not speak TLS";
      case errc::truncated:
        return "the connection ended before the peer has ended it: it may have been cut off";
      case errc::no_common_version:
        return "the two speak no common version of TLS";
      case errc::no_common_protocol:
        return "the two speak no common application protocol";
      case errc::handshake_failed:
        return "the handshake has failed";
      case errc::corrupted:
        return "what the peer has sent is damaged";
      case errc::peer_alert:
        return "the peer has ended the connection with an alert";
      case errc::bad_identity:
        return "the certificate or its key cannot be used";
      case errc::bad_roots:
        return "the roots cannot be read";
      case errc::bad_option:
        return "an option of TLS cannot be used";
    }
    return "unknown error of TLS";
  }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const category instance;
  return instance;
}

}  // namespace weft::tls
