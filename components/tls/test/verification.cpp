// SPDX-License-Identifier: Apache-2.0
//
// Who is trusted, and what is said when somebody is not.
#include "ends.hpp"

namespace {

using namespace weft::test;
using weft::tls::errc;

/// How a client that trusts trusted() ends its handshake with a server that shows `shown`, and what it says.
std::pair<std::error_code, std::string> refusal(const weft::tls::identity& shown,
                                                std::string_view host = "example.org") {
  pair_of_ends ends(plain_client(), server_config_of({.identities = {shown}}), host);
  const std::error_code why = ends.shake().first;
  return {why, ends.client.explanation()};
}

WEFT_TEST_WITH("V1.1", "a certificate of a trusted root, for the host, is accepted: by name, by wildcard, by address",
               .seeds = 3) {
  for (const char* host :
       {"example.org", "www.example.org", "WWW.example.ORG", "example.org.", "one.wild.example", "127.0.0.1", "::1"}) {
    pair_of_ends ends(plain_client(), plain_server(), host);
    ends.connect();
    EXPECT_EQ(ends.client.peer()->subject, "CN=example.org") << host;
  }
}

WEFT_TEST_WITH("V1.2 V5.1", "a certificate for other hosts is refused, and the error names both", .seeds = 3) {
  for (const char* host :
       {"other.example", "wild.example", "a.b.wild.example", "127.0.0.2", "::2", "example.org.evil"}) {
    const auto [why, words] = refusal(example(), host);
    EXPECT_EQ(why, errc::wrong_host) << host << ": " << why.message();
    EXPECT_NE(words.find(std::string(host) + ": "), std::string::npos) << words;
    EXPECT_NE(words.find("valid for example.org, www.example.org, *.wild.example, 127.0.0.1, ::1"), std::string::npos)
        << words;
  }
}

WEFT_TEST_WITH("V1.2 V5.1", "expired, too early, self-signed and of an unknown authority: each is refused by its name",
               .seeds = 3) {
  const wish usual{.name = "example.org", .hosts = {"DNS:example.org"}};
  wish old = usual, early = usual;
  old.from_days = -20;
  old.to_days = -10;
  early.from_days = 10;
  const auto expired = refusal(trusted().issue(old));
  EXPECT_EQ(expired.first, errc::expired);
  EXPECT_NE(expired.second.find("example.org: the certificate has expired (CN=example.org"), std::string::npos)
      << expired.second;
  EXPECT_EQ(refusal(trusted().issue(early)).first, errc::not_yet_valid);
  EXPECT_EQ(refusal(self_signed(usual)).first, errc::self_signed);
  const auto unknown = refusal(authority("Somebody Else").issue(usual));
  EXPECT_EQ(unknown.first, errc::unknown_authority);
  EXPECT_NE(unknown.second.find("issued by CN=Somebody Else"), std::string::npos) << unknown.second;
}

WEFT_TEST_WITH("VR1", "the subject's common name is no host, and a host that begins with a dot is none", .seeds = 3) {
  EXPECT_EQ(refusal(trusted().issue({.name = "example.org"})).first, errc::wrong_host);
  EXPECT_EQ(refusal(trusted().issue({.name = "example.org", .hosts = {"IP:127.0.0.1"}})).first, errc::wrong_host);
  pair_of_ends ends(plain_client(), plain_server(), ".example.org");
  EXPECT_EQ(ends.client.handshake().error(), errc::bad_option) << "before anything is sent";
}

WEFT_TEST_WITH("V1.3", "a chain through a deputy is accepted if the server sends it", .seeds = 3) {
  const authority deputy = trusted().deputy("Deputy");
  const weft::tls::identity with_chain = deputy.issue({.name = "example.org", .hosts = {"DNS:example.org"}});
  EXPECT_FALSE(refusal(with_chain).first) << refusal(with_chain).second;
  weft::tls::identity alone = with_chain;
  alone.chain.resize(alone.chain.find("-----BEGIN", 1));
  EXPECT_EQ(refusal(alone).first, errc::unknown_authority);
}

WEFT_TEST_WITH("V1.1", "the system's roots do not vouch for the tests' certificates, and are used unless switched off",
               .seeds = 1, .workers = {2}) {
  const auto made = weft::tls::make_client();
  ASSERT_TRUE(made);
  pair_of_ends ends(*made, plain_server());
  EXPECT_EQ(ends.shake().first, errc::unknown_authority);
}

WEFT_TEST_WITH("V1.4", "no verification is only by its long name", .seeds = 3) {
  pair_of_ends ends(client_config_of({.dangerously_trust_everybody = true}),
                    server_config_of({.identities = {self_signed({.name = "x"})}}), "example.org");
  ends.connect();
  pair_of_ends nowhere(client_config_of({.dangerously_trust_everybody = true}), plain_server(), "");
  nowhere.connect();
}

WEFT_TEST_WITH("V1.2", "a host that is no host is refused before anything is sent", .seeds = 3) {
  for (const std::string& host : {std::string(), std::string("a\0b", 3), std::string(300, 'a')}) {
    pair_of_ends ends(plain_client(), plain_server(), host);
    EXPECT_EQ(ends.client.handshake().error(), errc::bad_option);
    EXPECT_EQ(ends.client.write(bytes_of("x")).error(), errc::bad_option);
    EXPECT_FALSE(ends.client.explanation().empty());
  }
}

WEFT_TEST_WITH("V2.1", "both sides can ask for certificates", .seeds = 3) {
  const weft::tls::identity me = trusted().issue({.name = "client 7"});
  weft::tls::server_options options{.clients = weft::tls::client_identity::required, .client_roots = trusted().root()};
  pair_of_ends ends(client_config_of({.own = me}), server_config_of(options));
  ends.connect();
  EXPECT_EQ(ends.server.peer()->subject, "CN=client 7");
  EXPECT_EQ(ends.server.peer()->issuer, "CN=Weft Test Root");
}

WEFT_TEST_WITH("V2.2 V5.1", "a client that a server does not accept: both are told, with either version", .seeds = 3) {
  for (const auto highest : {weft::tls::version::tls_1_2, weft::tls::version::tls_1_3}) {
    const auto stranger = authority("Somebody Else").issue({.name = "stranger"});
    weft::tls::server_options options{
        .clients = weft::tls::client_identity::required, .client_roots = trusted().root(), .highest = highest};
    pair_of_ends none(plain_client(), server_config_of(options));
    EXPECT_EQ(none.shake().second, errc::no_certificate) << none.server.explanation();
    std::error_code told;
    EXPECT_EQ(read_some(none.client, &told), "");
    EXPECT_EQ(told, highest == weft::tls::version::tls_1_3 ? errc::refused : errc::handshake_failed)
        << none.client.explanation();

    pair_of_ends wrong(client_config_of({.own = stranger}), server_config_of(options));
    EXPECT_EQ(wrong.shake().second, errc::unknown_authority) << wrong.server.explanation();
    EXPECT_EQ(read_some(wrong.client, &told), "");
    EXPECT_EQ(told, errc::refused) << wrong.client.explanation();
  }
}

WEFT_TEST_WITH("V2.3", "a server that only asks takes clients without a certificate", .seeds = 3) {
  weft::tls::server_options options{.clients = weft::tls::client_identity::asked, .client_roots = trusted().root()};
  pair_of_ends ends(plain_client(), server_config_of(options));
  ends.connect();
  EXPECT_FALSE(ends.server.peer());
}

WEFT_TEST_WITH("V3.1", "a server shows the certificate of the host that was asked for", .seeds = 3) {
  const auto other = trusted().issue({.name = "other.example", .hosts = {"DNS:other.example"}});
  const auto server = server_config_of({.identities = {example(), other}});
  for (const char* host : {"example.org", "other.example", "127.0.0.1"}) {
    pair_of_ends ends(plain_client(), server, host);
    ends.connect();
    EXPECT_EQ(ends.client.peer()->names.front() == "other.example", host == std::string_view("other.example"));
    EXPECT_EQ(ends.server.host(), host == std::string_view("127.0.0.1") ? "" : host);
    EXPECT_EQ(ends.client.host(), host);
  }
}

WEFT_TEST_WITH("V3.2 V5.1", "of the application protocols the server's favourite is chosen; none in common is an error",
               .seeds = 3) {
  const auto server = server_config_of({.protocols = {"h2", "http/1.1"}});
  pair_of_ends ends(client_config_of({.protocols = {"http/1.1", "h2"}}), server);
  ends.connect();
  EXPECT_EQ(ends.client.protocol(), "h2");
  EXPECT_EQ(ends.server.protocol(), "h2");
  pair_of_ends silent(plain_client(), server);
  silent.connect();
  EXPECT_EQ(silent.client.protocol(), "");
  pair_of_ends apart(client_config_of({.protocols = {"spdy"}}), server);
  const auto [c, s] = apart.shake();
  EXPECT_EQ(c, errc::no_common_protocol);
  EXPECT_EQ(s, errc::no_common_protocol);
}

WEFT_TEST_WITH("V3.3 V5.1", "versions: the highest in common, at least 1.2; none in common is an error", .seeds = 3) {
  using weft::tls::version;
  pair_of_ends ends;
  ends.connect();
  EXPECT_EQ(ends.client.version(), version::tls_1_3);
  pair_of_ends older(client_config_of({.highest = version::tls_1_2}));
  older.connect();
  EXPECT_EQ(older.server.version(), version::tls_1_2);
  pair_of_ends apart(client_config_of({.highest = version::tls_1_2}), server_config_of({.lowest = version::tls_1_3}));
  const auto [c, s] = apart.shake();
  EXPECT_EQ(c, errc::no_common_version);
  EXPECT_EQ(s, errc::no_common_version);
}

WEFT_TEST_WITH("V3.4", "who has met before meets again with a shorter handshake, once per session", .seeds = 3) {
  for (const auto highest : {weft::tls::version::tls_1_2, weft::tls::version::tls_1_3}) {
    const auto c = client_config_of({.highest = highest});
    const auto s = server_config_of({});
    for (int i = 0; i < 3; ++i) {
      pair_of_ends ends(c, s);
      ends.connect();
      EXPECT_EQ(ends.client.resumed(), i != 0);
      EXPECT_EQ(ends.server.resumed(), i != 0);
      ASSERT_TRUE(ends.server.write(bytes_of("x")));
      EXPECT_EQ(read_some(ends.client), "x");  // the ticket of TLS 1.3 comes before it
      EXPECT_EQ(ends.client.peer()->subject, "CN=example.org");
      ends.client.close();
    }
    pair_of_ends elsewhere(c, s, "www.example.org");
    elsewhere.connect();
    EXPECT_FALSE(elsewhere.client.resumed());
  }
}

WEFT_TEST_WITH("V6", "a configuration that cannot be says what is wrong with it", .seeds = 1, .workers = {1}) {
  std::string why;
  const auto other = trusted().issue({.name = "x"});
  const auto server = [&](weft::tls::identity i) {
    return weft::tls::make_server({.identities = {example(), i}}, &why);
  };
  EXPECT_EQ(server({example().chain, other.key}).error(), errc::bad_identity);
  EXPECT_EQ(why, "identity 2: the key does not belong to the certificate");
  EXPECT_EQ(server({example().chain, "no key"}).error(), errc::bad_identity);
  EXPECT_NE(why.find("identity 2: no key in PEM"), std::string::npos) << why;
  EXPECT_EQ(server({"no certificate", example().key}).error(), errc::bad_identity);
  EXPECT_EQ(weft::tls::make_server({}, &why).error(), errc::bad_identity);
  EXPECT_EQ(weft::tls::make_client({.roots = "nothing"}, &why).error(), errc::bad_roots);
  EXPECT_EQ(weft::tls::make_client({.protocols = {""}}, &why).error(), errc::bad_option);
  EXPECT_EQ(
      weft::tls::make_client({.lowest = weft::tls::version::tls_1_3, .highest = weft::tls::version::tls_1_2}).error(),
      errc::bad_option);
  EXPECT_EQ(weft::tls::make_server({.identities = {example()}, .clients = weft::tls::client_identity::required}, &why)
                .error(),
            errc::bad_roots);
  EXPECT_EQ(std::string(weft::tls::error_category().name()), "weft.tls");
  for (int code = 1; code <= static_cast<int>(errc::bad_option); ++code) {
    EXPECT_NE(weft::tls::make_error_code(static_cast<errc>(code)).message(), "unknown error of TLS");
  }
}

}  // namespace
