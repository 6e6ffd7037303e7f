// SPDX-License-Identifier: Apache-2.0
#include "ask.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace weft_tool {
namespace {

std::string name_of(const process& whom) { return "process " + std::to_string(whom.pid) + " (" + whom.name + ")"; }

answer refused(const process& whom, int error) {
  const std::string who = name_of(whom);
  if (error == EACCES || error == EPERM)
    return {false, who + " belongs to somebody else: only its user and root may ask it"};
  if (error == ECONNREFUSED) return {false, who + " does not listen any more: " + whom.socket};
  if (error == EAGAIN || error == ETIMEDOUT) return {false, who + " does not answer: is it stopped?"};
  return {false, who + ": " + whom.socket + ": " + std::strerror(error)};
}

/// The descriptor that owns itself.
struct connection {
  int fd;
  explicit connection(int opened) : fd(opened) {}
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection() {
    if (fd >= 0) close(fd);
  }
};

/// Reads to the end. An errno, or 0.
int read_all(int fd, std::string& into) {
  char buffer[16384];
  for (;;) {
    const ssize_t n = recv(fd, buffer, sizeof buffer, 0);
    if (n > 0) into.append(buffer, static_cast<std::size_t>(n));
    if (n == 0) return 0;
    if (n < 0 && errno != EINTR) return errno;
  }
}

}  // namespace

answer ask(const process& whom, const std::string& question, int seconds) {
  if (whom.socket.empty()) {
    return {false,
            name_of(whom) + " does not listen. Start it with WEFT_CONTROL=1, or call weft::control::listen() in it"};
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (whom.socket.size() >= sizeof address.sun_path) return refused(whom, ENAMETOOLONG);
  std::memcpy(address.sun_path, whom.socket.c_str(), whom.socket.size());
  const connection to(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (to.fd < 0) return refused(whom, errno);
  const timeval patience{seconds, 0};
  setsockopt(to.fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(to.fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (connect(to.fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return refused(whom, errno);
  const std::string line = question + "\n";
  if (send(to.fd, line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size())) {
    return refused(whom, errno);
  }
  std::string text;
  if (const int error = read_all(to.fd, text); error != 0) return refused(whom, error);
  const std::size_t end = text.find('\n');
  const std::string first = text.substr(0, end);
  if (first == "ok" && end != std::string::npos) return {true, text.substr(end + 1)};
  return {false,
          name_of(whom) + (first.empty() ? " refuses to answer: it belongs to somebody else" : " answers: " + first)};
}

}  // namespace weft_tool
