// SPDX-License-Identifier: Apache-2.0
//
// Client and server over TLS, where the component tls is built.
#ifdef WEFT_HTTP_TLS
#include "https_server.hpp"

namespace {

using namespace weft::test;

WEFT_TEST_WITH("U7", "https: client and server meet over TLS, keep their connection, and say who is not trusted",
               .seeds = 3) {
  https_server here([](request& asked, response& answer) { answer.send(asked.secure() ? "secret" : "open"); });
  const std::string url = here.url("/x");
  weft::http::client c({.tls = trusting_the_authority()});
  for (int i = 0; i < 3; ++i) {
    std::string why;
    auto answer = c.get(url, &why);
    ASSERT_TRUE(answer) << why;
    EXPECT_EQ(answer->on_kept_connection(), i != 0);
    EXPECT_EQ(text_of(*answer), "secret");
  }
  std::string why;
  weft::http::client wary({.tls = trusting_the_system()});
  EXPECT_EQ(wary.get(url, &why).error(), weft::tls::errc::unknown_authority);
  EXPECT_EQ(why.find("GET " + url + ": TLS: 127.0.0.1: "), 0u) << why;
}

}  // namespace
#endif
