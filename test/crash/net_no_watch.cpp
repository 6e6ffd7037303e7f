// SPDX-License-Identifier: Apache-2.0
// engines: both
// guarantee: N11.6
// sentence: a connection for which the poller has no room is kept until it has
// seconds: 60
// expect-stdout: ^\[no room\] out: in vain: connection timed out\n\[no room\] out: hello$
// expect-stdout: ^\[no room\] exit 0$
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <span>
#include <string_view>

#include "scene.hpp"
#include "weft/weft.hpp"

namespace {

std::atomic<bool> no_room{false};

}  // namespace

/// In the place of libc's: /proc/sys/fs/epoll/max_user_watches is reached at will.
extern "C" int epoll_ctl(int set, int what, int fd, epoll_event* event) noexcept {
  if (no_room && what == EPOLL_CTL_ADD) {
    errno = ENOSPC;
    return -1;
  }
  return static_cast<int>(syscall(SYS_epoll_ctl, set, what, fd, event));
}

int main() {
  using namespace std::chrono_literals;
  scene("no room").play([] {
    return weft::run([] {
      auto listener = weft::net::listen_tcp("127.0.0.1:0");
      auto client = weft::net::connect_tcp(listener->local());
      static_cast<void>(client->write(std::as_bytes(std::span(std::string_view("hello")))));
      no_room = true;
      const auto first = listener->accept_for(20ms);
      std::printf("in vain: %s\n", first.error() == weft::errc::timed_out ? "connection timed out" : "?");
      weft::wait_group later;
      later.go([] {
        weft::sleep_for(20ms);
        no_room = false;
      });
      auto second = listener->accept_for(30s);
      std::array<char, 6> text{};
      if (second) static_cast<void>(second->read(std::as_writable_bytes(std::span(text).first(5))));
      std::puts(text.data());
      later.wait();
    });
  });
}
