// SPDX-License-Identifier: Apache-2.0
//
// sentence: bounded sends, receives, selects and sleeps allocate nothing, once all is warm
// guarantee: C16.9 L11.9 T1.7
// engines: both
// not-under: address (it allocates by itself), thread (likewise)
// expect-stdout: ^0 allocations$
// seconds: 60
#include <chrono>
#include <cstdio>

#include "allocations.hpp"
#include "weft/weft.hpp"

using namespace std::chrono_literals;
using weft::on_recv;
using weft::on_send;

namespace {

struct scenery {
  weft::chan<int> never, echo, full{1};
  weft::detail::canceller by;
  weft::selector selector;
  weft::timer timer{1h};
};

void play(scenery& s) {
  for (int i = 0; i < 20; ++i) {
    static_cast<void>(s.never.recv_for(10us));
    static_cast<void>(s.never.send_for(10us, 1));
    static_cast<void>(s.full.send_for(10us, 1));
    static_cast<void>(s.full.recv_for(10us));
    static_cast<void>(s.echo.send_for(1s, i));
    static_cast<void>(s.echo.recv_for(1s));
    weft::detail::wait_limit limit = weft::detail::within(10us);
    limit.by = &s.by;
    static_cast<void>(s.never.recv(limit));
    static_cast<void>(weft::select_for(10us, on_recv(s.never), on_send(s.never, 1), on_recv(s.never)));
    static_cast<void>(weft::select_for(1s, on_recv(s.never), on_send(s.echo, i)));
    static_cast<void>(weft::select(limit, on_recv(s.echo), on_recv(s.never)));
    static_cast<void>(s.selector.wait_for(10us));
    weft::sleep_for(10us);
    static_cast<void>(weft::sleep_for(limit, 10us));
    static_cast<void>(s.timer.reset(10us));
    static_cast<void>(s.timer.channel().recv());
    weft::select(on_recv(s.timer.channel()), on_recv(s.never), on_send(s.full, 1));
    static_cast<void>(s.full.try_recv());
    static_cast<void>(s.timer.stop());
  }
}

}  // namespace

int main() {
  return weft::run([] {
    scenery s;
    s.selector.on_recv(s.never);
    s.selector.on_send(s.never, 1);
    weft::go([echo = s.echo] {
      for (const int v : echo) static_cast<void>(echo.send_for(20us, v));
    });
    for (int i = 0; i < 5; ++i) play(s);  // heaps and caches grow to their size
    std::printf("%ld allocations\n", fewest_allocations([&] { play(s); }));
  });
}
