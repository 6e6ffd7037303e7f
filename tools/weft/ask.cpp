// SPDX-License-Identifier: Apache-2.0
#include "ask.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
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

constexpr std::size_t longest_answer = std::size_t{1} << 30;

/// Adds what comes until `text` has so many bytes, or until the end. An errno, or 0.
int read_until(int fd, std::string& text, std::size_t wanted) {
  char buffer[16384];
  while (text.size() < wanted) {
    const ssize_t n = recv(fd, buffer, std::min(sizeof buffer, wanted - text.size()), 0);
    if (n > 0) text.append(buffer, static_cast<std::size_t>(n));
    if (n == 0) return 0;
    if (n < 0 && errno != EINTR) return errno;
  }
  return 0;
}

/// The first line, without its end. An errno, or 0.
int read_line(int fd, std::string& line) {
  constexpr std::size_t longest = 256;
  while (line.size() < longest) {
    const std::size_t before = line.size();
    if (const int error = read_until(fd, line, before + 1); error != 0) return error;
    if (line.size() == before) return 0;
    if (line.back() != '\n') continue;
    line.pop_back();
    return 0;
  }
  return EMSGSIZE;
}

/// Whoever listens there is whom we mean: the name may have been left by another process of its number.
bool is_meant(int fd, const process& whom) {
  ucred who{};
  socklen_t size = sizeof who;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return false;
  return who.uid == whom.uid && (who.pid == whom.pid || who.pid == 0);  // 0: it is in a container that we do not see
}

answer read_answer(int fd, const process& whom) {
  std::string first;
  if (const int error = read_line(fd, first); error != 0) return refused(whom, error);
  if (first.empty()) return {false, name_of(whom) + " refuses to answer: it belongs to somebody else"};
  if (first.rfind("ok ", 0) != 0) return {false, name_of(whom) + " answers: " + printable(first)};
  const unsigned long long size = std::strtoull(first.c_str() + 3, nullptr, 10);
  if (size > longest_answer) return {false, name_of(whom) + " would answer with more than a gigabyte"};
  std::string text;
  if (const int error = read_until(fd, text, size); error != 0) return refused(whom, error);
  if (text.size() < size) return {false, name_of(whom) + " has ended in the middle of its answer"};
  return {true, text};
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
  if (!is_meant(to.fd, whom)) {
    return {false, name_of(whom) + " does not listen: " + whom.socket + " belongs to another process"};
  }
  const std::string line = question + "\n";
  if (send(to.fd, line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size())) {
    return refused(whom, errno);
  }
  return read_answer(to.fd, whom);
}

}  // namespace weft_tool
