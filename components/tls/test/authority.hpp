// SPDX-License-Identifier: Apache-2.0
//
// Certificates to test with, made by OpenSSL's API.
#pragma once

#include <string>
#include <vector>

#include "weft/tls/config.hpp"

namespace weft::test {

struct wish {
  std::string name{};                // the subject's common name
  std::vector<std::string> hosts{};  // "DNS:example.org", "IP:127.0.0.1"
  int from_days = -1;                // from today on
  int to_days = 30;
};

/// Somebody who signs certificates.
class authority {
 public:
  explicit authority(const std::string& name);

  [[nodiscard]] const std::string& root() const { return root_; }
  [[nodiscard]] tls::identity issue(const wish& what) const;
  /// One who signs in this authority's name: `issued` of it are followed by its own certificate.
  [[nodiscard]] authority deputy(const std::string& name) const;

 private:
  authority() = default;
  std::string root_, key_, between_;
};

/// One that vouches for itself.
[[nodiscard]] tls::identity self_signed(const wish& what);

/// The one whom the tests trust, and its certificate for example.org, www.example.org, *.wild.example, 127.0.0.1, ::1.
[[nodiscard]] const authority& trusted();
[[nodiscard]] const tls::identity& example();

}  // namespace weft::test
