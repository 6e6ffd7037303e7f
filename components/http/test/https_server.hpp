// SPDX-License-Identifier: Apache-2.0
//
// weft's server over TLS, as example.org, where the component tls is built.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "authority.hpp"
#include "http_server.hpp"
#include "weft/tls.hpp"

namespace weft::test {

/// For as long as the object lives.
class https_server {
 public:
  explicit https_server(http::handler answers) : answers_(std::move(answers)) {
    running_.go([this] { static_cast<void>(http::serve(ctx_, listener_, answers_)); });
  }
  https_server(const https_server&) = delete;
  https_server& operator=(const https_server&) = delete;
  ~https_server() {
    ctx_.cancel();
    running_.wait();
  }

  [[nodiscard]] net::endpoint local() { return listener_.below().local(); }
  [[nodiscard]] std::string url(std::string_view target = "/", std::string_view scheme = "https") {
    return std::string(scheme) + "://" + local().text() + std::string(target);
  }

 private:
  cancel_scope ctx_ = with_cancel(background());
  tls::listener listener_{listening(), *tls::make_server({.identities = {example()}})};
  http::handler answers_;
  wait_group running_;
};

/// A client's configuration in which who has signed example.org's certificate is trusted, and nobody else.
inline std::shared_ptr<const tls::client_config> trusting_the_authority() {
  return std::make_shared<const tls::client_config>(
      *tls::make_client({.roots = trusted().root(), .system_roots = false}));
}

/// As clients are made when nothing is said.
inline std::shared_ptr<const tls::client_config> trusting_the_system() {
  return std::make_shared<const tls::client_config>(*tls::make_client());
}

}  // namespace weft::test
