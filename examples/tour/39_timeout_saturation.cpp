// SPDX-License-Identifier: Apache-2.0
//
// The first reason for timeouts in the document that lists three: saturation. A system that works at capacity cannot
// take a request now; whoever asks should not wait for ever but be told. The queue holds two requests and the server is
// busy with a third, so of ten clients most give up after a while, and those who got in are served.
//
// sentence: a saturated server turns clients away after a timeout
// engines: both
// expect-exit: 0
// expect-stdout: ^([2-4]) requests accepted, ([6-8]) turned away$
// expect-stdout: ^all accepted requests were served$
#include <weft/weft.hpp>

#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;

/// False: saturated, the request could not be placed in time.
bool place(weft::sender<int> queue, int request, weft::clock::duration patience) {
  bool accepted = false;
  weft::select(weft::on_send(queue, request, [&] { accepted = true; }), weft::on_recv(weft::after(patience)));
  return accepted;
}

int main() {
  return weft::run([] {
    weft::chan<int> queue(2);
    weft::chan<weft::unit> overload_over;
    auto server = weft::spawn([=] {
      int served = 0;
      for ([[maybe_unused]] int request : queue) {
        overload_over.recv();
        ++served;
      }
      return served;
    });

    int accepted = 0, turned_away = 0;
    for (int request = 0; request < 10; ++request) ++(place(queue, request, 5ms) ? accepted : turned_away);
    std::printf("%d requests accepted, %d turned away\n", accepted, turned_away);

    overload_over.close();
    queue.close();
    if (server.join() == accepted) std::puts("all accepted requests were served");
  });
}
