// SPDX-License-Identifier: Apache-2.0
//
// The names of Unix sockets at their limits.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "network.hpp"

namespace {

using namespace weft::test;
using weft::net::endpoint;

/// A connection with `to` from a socket that the system has bound to exactly these bytes.
int connect_from(const std::string& bytes, const endpoint& to) {
  sockaddr_un mine{};
  mine.sun_family = AF_UNIX;
  bytes.copy(mine.sun_path, sizeof mine.sun_path);
  sockaddr_un other{};
  other.sun_family = AF_UNIX;
  to.path().copy(other.sun_path, sizeof other.sun_path);
  other.sun_path[0] = '\0';
  const auto size_of = [](std::size_t n) { return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + n); };
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&mine), size_of(bytes.size())), 0) << std::strerror(errno);
  EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&other), size_of(to.path().size())), 0);
  return fd;
}

WEFT_TEST_WITH("N8.5", "a peer's name is what it is: a file that begins with an @, and names of all 108 bytes",
               .seeds = 2, .workers = {1}) {
  const std::string listens = fresh_name();
  auto listener = weft::net::listen_unix(listens);
  ASSERT_TRUE(listener);
  const std::string relative = fresh_name();  // the file of that name in the current directory
  const std::string abstract = fresh_name() + std::string(108, 'a');
  for (const std::string& name : {relative, abstract.substr(0, 108)}) {
    const bool file = name == relative;
    const int fd = connect_from(file ? name : '\0' + name.substr(1), listener->local());
    auto accepted = listener->accept();
    ASSERT_TRUE(accepted);
    EXPECT_EQ(accepted->remote().path(), file ? "./" + name : name);
    EXPECT_EQ(*endpoint::parse(accepted->remote().text()), accepted->remote());
    close(fd);
    if (file) unlink(name.c_str());
  }
}

WEFT_TEST_WITH("N8.5", "such names are listened at and connected with", .seeds = 2, .workers = {1}) {
  const std::string in_directory = "./" + fresh_name();
  const std::string abstract = fresh_name() + std::string(108, 'b');
  std::string path = "/tmp/weft-" + std::to_string(getpid()) + '-';
  path.resize(108, 'p');
  for (const std::string& name : {in_directory, abstract.substr(0, 108), path}) {
    auto listener = weft::net::listen_unix(name);
    ASSERT_TRUE(listener) << name << ": " << listener.error().message();
    EXPECT_EQ(listener->local().path(), name);
    EXPECT_TRUE(weft::net::connect_unix(name)) << name;
    EXPECT_EQ(listener->accept()->local().path(), name);
    const bool file = name[0] != '@';
    EXPECT_EQ(access(name.c_str(), F_OK), file ? 0 : -1);
    listener->close();
    EXPECT_EQ(access(name.c_str(), F_OK), -1);
  }
  EXPECT_EQ(weft::net::listen_unix(std::string(109, 'x')).error(), weft::net::errc::bad_path);
}

}  // namespace
