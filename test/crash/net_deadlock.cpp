// SPDX-License-Identifier: Apache-2.0
// engines: both
// guarantee: N1.5 D1.4
// sentence: sockets hide a deadlock only while somebody waits for one
// seconds: 120
// expect-stdout: ^\[nobody waits\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[nobody waits\] exit 2$
// expect-stdout: ^\[has waited\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[has waited\] exit 2$
// expect-stdout: ^\[waits\] out: done$
// expect-stdout: ^\[waits\] exit 0$
// expect-stdout: ^\[another run\] out: done$
// expect-stdout: ^\[another run\] exit 0$
#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

#include "scene.hpp"
#include "weft/weft.hpp"

using namespace std::chrono_literals;

void nobody_waits() {
  auto listener = weft::net::listen_tcp("127.0.0.1:0");
  auto client = weft::net::connect_tcp(listener->local());
  auto server = listener->accept();
  weft::chan<int>().recv();
}

/// Waits that were ended in every way leave nothing behind.
void has_waited() {
  auto pair = weft::net::unix_pair();
  std::array<std::byte, 8> buffer{};
  static_cast<void>(pair->first.read_for(1ms, buffer));
  auto ctx = weft::with_timeout(weft::background(), 1ms);
  static_cast<void>(pair->first.read(ctx, buffer));
  pair->first.set_read_deadline(weft::clock::now() + 1ms);
  static_cast<void>(pair->first.read(buffer));
  pair->first.clear_deadlines();
  weft::wait_group reader;
  reader.go([&] { static_cast<void>(pair->first.read(buffer)); });
  weft::yield();
  static_cast<void>(pair->second.write(buffer));
  reader.wait();
  reader.go([&] { static_cast<void>(pair->first.read(buffer)); });
  weft::yield();
  pair->first.close();
  reader.wait();
  weft::chan<int>().recv();
}

/// The other end is in another process.
void waits() {
  auto pair = weft::net::unix_pair();
  if (fork() == 0) {
    usleep(100'000);
    _exit(write(pair->second.native_handle(), "x", 1) == 1 ? 0 : 1);
  }
  std::array<std::byte, 8> buffer{};
  if (pair->first.read(buffer).value_or(std::size_t{0}) == 1) std::puts("done");
}

/// What a run leaves behind waiting is no wait in the next.
void another_run() {
  static auto pair = std::move(*weft::net::unix_pair());
  weft::run([] {
    weft::go([] {
      std::array<std::byte, 8> buffer{};
      static_cast<void>(pair.first.read(buffer));
    });
    weft::sleep_for(5ms);
  });
  weft::run([] {
    auto fresh = weft::net::unix_pair();
    std::array<std::byte, 8> buffer{};
    static_cast<void>(pair.second.write(buffer));  // an event for somebody who is gone
    static_cast<void>(fresh->first.write(buffer));
    if (fresh->second.read_for(10s, buffer).value_or(std::size_t{0}) == 8) std::puts("done");
  });
  pair.first.close();
}

int main() {
  scene("nobody waits").play([] { return weft::run(nobody_waits); });
  scene("has waited").play([] { return weft::run(has_waited); });
  scene("waits").play([] { return weft::run(waits); });
  scene("another run").play([] {
    another_run();
    return 0;
  });
}
