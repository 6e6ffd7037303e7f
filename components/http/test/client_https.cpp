// SPDX-License-Identifier: Apache-2.0
//
// Client and server over TLS, where the component tls is built.
#ifdef WEFT_HTTP_TLS
#include "authority.hpp"
#include "client_server.hpp"
#include "http_server.hpp"
#include "weft/tls.hpp"

namespace {

using namespace weft::test;

WEFT_TEST_WITH("U7", "https: client and server meet over TLS, keep their connection, and say who is not trusted",
               .seeds = 3) {
  const auto serving = weft::tls::make_server({.identities = {example()}});
  const auto trusting = weft::tls::make_client({.roots = trusted().root(), .system_roots = false});
  ASSERT_TRUE(serving && trusting);
  weft::tls::listener listener(*weft::net::listen_tcp("127.0.0.1:0"), *serving);
  const std::string url = "https://" + listener.below().local().text() + "/x";
  auto ctx = weft::with_cancel(weft::background());
  weft::wait_group running;
  running.go([&] {
    static_cast<void>(weft::http::serve(
        ctx, listener, [](request& asked, response& answer) { answer.send(asked.secure() ? "secret" : "open"); }));
  });
  {
    weft::http::client c({.tls = std::make_shared<const weft::tls::client_config>(*trusting)});
    for (int i = 0; i < 3; ++i) {
      std::string why;
      auto answer = c.get(url, &why);
      ASSERT_TRUE(answer) << why;
      EXPECT_EQ(answer->on_kept_connection(), i != 0);
      EXPECT_EQ(text_of(*answer), "secret");
    }
    std::string why;
    weft::http::client wary({.tls = std::make_shared<const weft::tls::client_config>(*weft::tls::make_client())});
    EXPECT_EQ(wary.get(url, &why).error(), weft::tls::errc::unknown_authority);
    EXPECT_EQ(why.find("GET " + url + ": TLS: 127.0.0.1: "), 0u) << why;
  }
  ctx.cancel();
  running.wait();
}

}  // namespace
#endif
