// SPDX-License-Identifier: Apache-2.0
//
// An answer is the line "ok N", where N is how many bytes follow, or the line "error: why". It is written to a file in
// memory, with room for the first line left in front.
#include "os/control_peers.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "os/clock.hpp"
#include "os/control_socket.hpp"

namespace weft::detail {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t time_to_ask = 2 * second;
constexpr std::int64_t time_to_read = 5 * second;  // without reading anything
constexpr std::int64_t time_in_all = 60 * second;

constexpr char head_format[] = "ok %020lld\n";
constexpr std::size_t head_size = 24;

bool is_gone(int error) noexcept { return error == EBADF || error == EINVAL || error == ENOTSOCK; }

void close_one(int& fd) noexcept {
  const int was = fd;
  if (was < 0) return;
  const_cast<volatile int&>(fd) = -1;
  ::close(was);
}

void sleep_a_while() noexcept {
  const timespec while_{0, 100'000'000};
  ::nanosleep(&while_, nullptr);
}

}  // namespace

control_peers::control_peers(int socket) noexcept : socket_(socket) { keep_descriptors(); }

control_peers::~control_peers() { close_all(); }

void control_peers::close_all() noexcept {
  for (peer& p : peers_) drop(p);
  for (int& each : spare_) close_one(each);
}

void control_peers::keep_descriptors() noexcept {
  for (int& each : spare_) {
    if (each < 0) each = ::fcntl(socket_, F_DUPFD_CLOEXEC, 0);
  }
}

void control_peers::drop(peer& p) noexcept {
  if (p.fd < 0) return;
  close_one(p.answer);
  close_one(p.fd);
  p = {};
}

/// Who has not asked yet goes before those that are being answered.
control_peers::peer& control_peers::free_place() noexcept {
  const auto worse = [](const peer& a, const peer& b) {
    if ((a.fd < 0) != (b.fd < 0)) return a.fd < 0;
    if ((a.answer < 0) != (b.answer < 0)) return a.answer < 0;
    return a.since < b.since;
  };
  peer& chosen = *std::min_element(peers_, peers_ + most, worse);
  drop(chosen);
  return chosen;
}

/// Somebody has connected. False: the socket is gone.
bool control_peers::take_in() noexcept {
  int fd = accept_control(socket_);
  if (fd == -EMFILE || fd == -ENFILE) {
    for (int& each : spare_) close_one(each);
    fd = accept_control(socket_);
    if (fd < 0 && fd != -EAGAIN) sleep_a_while();
  }
  if (fd < 0) {
    keep_descriptors();
    return !is_gone(-fd);
  }
  peer& p = free_place();
  p.fd = fd;
  p.since = monotonic_ns();
  p.give_up = p.since + time_to_ask;
  return true;
}

void control_peers::drop_late() noexcept {
  const std::int64_t now = monotonic_ns();
  bool dropped = false;
  for (peer& p : peers_) {
    if (p.fd < 0 || now < std::min(p.give_up, p.since + time_in_all)) continue;
    drop(p);
    dropped = true;
  }
  if (dropped) keep_descriptors();
}

/// Until the next one is late, in milliseconds; -1: there is nobody.
int control_peers::time_left() const noexcept {
  std::int64_t first = -1;
  for (const peer& p : peers_) {
    const std::int64_t late = std::min(p.give_up, p.since + time_in_all);
    if (p.fd >= 0 && (first < 0 || late < first)) first = late;
  }
  if (first < 0) return -1;
  const std::int64_t left = first - monotonic_ns();
  return left > 0 ? static_cast<int>(left / 1'000'000) + 1 : 0;
}

/// True: the line is whole.
bool control_peers::read_question(peer& p) noexcept {
  const ssize_t n = ::recv(p.fd, p.question + p.length, sizeof p.question - 1 - p.length, 0);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return false;
  char* const begin = p.question;
  char* const end = n > 0 ? begin + p.length + n : begin;
  char* const line_end = std::find(begin, end, '\n');
  if (line_end != end) {
    *line_end = '\0';
    return true;
  }
  p.length = static_cast<std::size_t>(end - begin);
  if (n <= 0 || p.length == sizeof p.question - 1) {  // nothing more comes, or no question is as long as that
    drop(p);
    keep_descriptors();
  }
  return false;
}

void control_peers::send_some(peer& p) noexcept {
  off_t from = p.sent;
  struct stat made {};
  if (::fstat(p.answer, &made) != 0) made.st_size = 0;
  const auto left = static_cast<std::size_t>(std::max<off_t>(made.st_size - from, 0));
  const ssize_t n = left != 0 ? ::sendfile(p.fd, p.answer, &from, left) : 0;
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  p.sent = from;
  p.give_up = monotonic_ns() + time_to_read;
  if (n > 0 && p.sent < made.st_size) return;
  drop(p);
  keep_descriptors();
}

const char* control_peers::next_question() noexcept {
  for (;;) {
    drop_late();
    pollfd watched[most + 1];
    watched[most] = {socket_, POLLIN, 0};
    for (std::size_t i = 0; i < most; ++i) {
      watched[i] = {peers_[i].fd, static_cast<short>(peers_[i].answer < 0 ? POLLIN : POLLOUT), 0};
    }
    if (::poll(watched, most + 1, time_left()) < 0) {
      if (errno != EINTR) sleep_a_while();
      continue;
    }
    if ((watched[most].revents & POLLNVAL) != 0) return nullptr;
    for (std::size_t i = 0; i < most; ++i) {
      peer& p = peers_[i];
      if (p.fd < 0 || watched[i].revents == 0) continue;
      if (p.answer >= 0) {
        send_some(p);
      } else if (read_question(p)) {
        asking_ = &p;
        return p.question;
      }
    }
    if (watched[most].revents != 0 && !take_in()) return nullptr;
  }
}

int control_peers::open_answer() noexcept {
  const int fd = ::memfd_create("weft-answer", MFD_CLOEXEC);
  if (fd < 0) return -errno;
  asking_->answer = fd;
  char nothing[head_size] = {};
  return ::write(fd, nothing, head_size) == static_cast<ssize_t>(head_size) ? fd : -errno;
}

void control_peers::send_answer(const char* error) noexcept {
  peer& p = *asking_;
  char line[head_size + 1];
  struct stat made {};
  if (error == nullptr && ::fstat(p.answer, &made) == 0) {
    std::snprintf(line, sizeof line, head_format,
                  static_cast<long long>(made.st_size) - static_cast<long long>(head_size));
    if (::pwrite(p.answer, line, head_size, 0) == static_cast<ssize_t>(head_size)) {
      p.give_up = monotonic_ns() + time_to_read;
      send_some(p);
      return;
    }
    error = "the answer cannot be kept";
  }
  char sentence[200];
  std::snprintf(sentence, sizeof sentence, "error: %s\n", error != nullptr ? error : "the answer is lost");
  // The socket's buffer is empty, and takes more than a sentence; the thread has no signals, so none for a closed one.
  static_cast<void>(!::send(p.fd, sentence, std::strlen(sentence), MSG_NOSIGNAL | MSG_DONTWAIT));
  drop(p);
  keep_descriptors();
}

}  // namespace weft::detail
