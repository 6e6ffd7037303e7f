// SPDX-License-Identifier: Apache-2.0
// engines: sched
// guarantee: N7.8
// sentence: a thread that is no goroutine looks up and dials by itself, before, between and after runs
// seconds: 60
// expect-stdout: ^\[before\] out: connected$
// expect-stdout: ^\[before\] exit 0$
// expect-stdout: ^\[between\] out: connected$
// expect-stdout: ^\[between\] exit 0$
// expect-stdout: ^\[while one ends\] out: 20 connected$
// expect-stdout: ^\[while one ends\] exit 0$
#include <atomic>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "scene.hpp"
#include "weft/weft.hpp"

namespace net = weft::net;
using namespace std::chrono_literals;

/// By name, and by two addresses of which the first is nobody's.
bool connects() {
  auto gone = net::listen_tcp("127.0.0.1:0");
  auto listener = net::listen_tcp("127.0.0.1:0");
  if (!gone || !listener) return false;
  const net::endpoint to[] = {gone->local(), listener->local()};
  gone->close();
  const std::string port = std::to_string(listener->local().port());
  return net::dial_for(10s, "localhost", port) && net::dial_any(weft::detail::within(10s), to) &&
         net::dial_any({}, to) && net::resolve("localhost", "80");
}

int say() {
  std::puts(connects() ? "connected" : "failed");
  return 0;
}

int while_runs_end() {
  std::atomic<bool> over{false};
  std::atomic<int> connected{0};
  std::thread other([&] {
    for (int i = 0; i < 20; ++i) connected += connects() ? 1 : 0;
    over = true;
  });
  while (!over) weft::run([] { weft::go([] { weft::chan<int>().recv(); }); });
  other.join();
  std::printf("%d connected\n", connected.load());
  return 0;
}

int main() {
  scene("before").play(say);
  scene("between").play([] {
    weft::run([] {});
    return say();
  });
  scene("while one ends").play(while_runs_end);
}
