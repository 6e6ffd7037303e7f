// SPDX-License-Identifier: Apache-2.0
//
// Addresses and endpoints: what is read, what is printed, and what is refused.
#include <functional>
#include <string>

#include "network.hpp"

namespace {

using weft::net::address;
using weft::net::endpoint;
using weft::net::errc;

std::error_code error_of(std::string_view text) { return endpoint::parse(text).error(); }

WEFT_TEST_WITH("N8.1", "an endpoint is printed as it is read", .seeds = 1) {
  for (const char* const text :
       {"127.0.0.1:80", "0.0.0.0:0", "255.255.255.255:65535", "[::]:1", "[::1]:8080", "[2001:db8::1]:443",
        "[::ffff:192.0.2.1]:9", "unix:/run/it.sock", "unix:relative", "unix:@abstract", "unix:./@file"}) {
    const weft::result<endpoint> read = endpoint::parse(text);
    EXPECT_TRUE(read) << text << ": " << read.error().message();
    EXPECT_EQ(read.value_or(endpoint()).text(), text);
  }
  EXPECT_EQ(endpoint::parse(":80")->text(), "0.0.0.0:80");
  EXPECT_EQ(endpoint::parse("[2001:0DB8:0:0::0001]:1")->text(), "[2001:db8::1]:1");
  EXPECT_EQ(endpoint().text(), "");
}

WEFT_TEST_WITH("N8.2", "what is wrong with an endpoint is said", .seeds = 1) {
  EXPECT_EQ(error_of("127.0.0.1"), errc::missing_port);
  EXPECT_EQ(error_of(""), errc::missing_port);
  EXPECT_EQ(error_of("[::1]"), errc::missing_port);
  EXPECT_EQ(error_of("::1:80"), errc::too_many_colons);
  EXPECT_EQ(error_of("[::1:80"), errc::bad_address);
  EXPECT_EQ(error_of("[::1]80"), errc::bad_address);
  EXPECT_EQ(error_of("localhost:80"), errc::bad_address);
  EXPECT_EQ(error_of("256.0.0.1:80"), errc::bad_address);
  EXPECT_EQ(error_of("1.2.3:80"), errc::bad_address);
  EXPECT_EQ(error_of("[::g]:80"), errc::bad_address);
  for (const char* const port : {"65536", "-1", "http", "80 ", " 80", "0x50", "", "99999999999999999999"}) {
    EXPECT_EQ(error_of(std::string("127.0.0.1:") + port), errc::bad_port) << port;
  }
  EXPECT_EQ(error_of("[fe80::1%nosuchinterface]:80"), errc::bad_scope);
  EXPECT_EQ(error_of("[fe80::1%]:80"), errc::bad_scope);
  EXPECT_EQ(error_of("unix:"), errc::bad_path);
  EXPECT_EQ(error_of("unix:@"), errc::bad_path);
  EXPECT_EQ(error_of("unix:/" + std::string(108, 'x')), errc::bad_path);
  EXPECT_TRUE(endpoint::parse("unix:/" + std::string(107, 'x')));
  EXPECT_EQ(error_of(std::string_view("unix:/a\0b", 9)), errc::bad_path);
  EXPECT_EQ(error_of(std::string_view("127.0.0.1\0:80", 13)), errc::bad_address);
  for (int code = 1; code <= 8; ++code) EXPECT_NE(make_error_code(errc(code)).message().find(' '), std::string::npos);
}

WEFT_TEST_WITH("N8.3", "an IPv6 address may name its interface, by number or by name", .seeds = 1) {
  const weft::result<address> numbered = address::parse("fe80::1%1");
  ASSERT_TRUE(numbered);
  EXPECT_EQ(numbered->scope(), 1u);
  EXPECT_EQ(*address::parse(numbered->text()), *numbered);  // "lo", where it has its usual name
  EXPECT_NE(*numbered, *address::parse("fe80::1"));
  EXPECT_EQ(address::parse("fe80::1%4000000000")->text(), "fe80::1%4000000000");
  EXPECT_EQ(address::parse("127.0.0.1%1").error(), errc::bad_address);
}

WEFT_TEST_WITH("N8.4", "addresses and endpoints are values", .seeds = 1) {
  EXPECT_EQ(*address::parse("127.0.0.1"), address::loopback());
  EXPECT_EQ(*address::parse("::1"), address::loopback_ipv6());
  EXPECT_NE(address::any(), address::any_ipv6());
  EXPECT_TRUE(address::any().is_any() && address::any_ipv6().is_any() && !address::loopback().is_any());
  EXPECT_TRUE(address::loopback_ipv6().is_loopback() && address::parse("127.9.9.9")->is_loopback());
  EXPECT_FALSE(address::parse("128.0.0.1")->is_loopback());
  EXPECT_LT(address::any(), address::loopback());
  const endpoint one(address::loopback(), 80);
  EXPECT_EQ(one, *endpoint::parse("127.0.0.1:80"));
  EXPECT_NE(one, endpoint(address::loopback(), 81));
  EXPECT_EQ(std::hash<endpoint>()(one), std::hash<endpoint>()(*endpoint::parse("127.0.0.1:80")));
  EXPECT_NE(std::hash<endpoint>()(one), std::hash<endpoint>()(endpoint(address::loopback(), 81)));
  EXPECT_EQ(endpoint::local("/a")->path(), "/a");
  EXPECT_TRUE(endpoint::local("/a")->is_local() && one.is_ip());
}

}  // namespace
