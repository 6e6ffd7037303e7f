// SPDX-License-Identifier: Apache-2.0
// guarantee: D1.4 D2.1 D2.2 D3
// sentence: no deadlock is reported while a timer, a descriptor, a blocking call or a foreign thread could go on
// seconds: 120
// expect-stdout-not: deadlock!|did not end
// expect-stdout: ^\[sleeping\] out: done\n\[sleeping\] exit 0$
// expect-stdout: ^\[polling\] out: done\n\[polling\] exit 0$
// expect-stdout: ^\[blocking\] out: done\n\[blocking\] exit 0$
// expect-stdout: ^\[foreign threads\] out: done\n\[foreign threads\] exit 0$
// expect-stdout: ^\[to and fro\] out: done\n\[to and fro\] exit 0$
// expect-stdout: ^\[starting threads\] out: done\n\[starting threads\] exit 0$
// expect-stdout: ^\[partial\] out: done\n\[partial\] exit 0$
// expect-stdout: ^\[panic\] err: panic: not a deadlock$
// expect-stdout: ^\[panic\] exit 2$
#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

#include "scene.hpp"
#include "weft/weft.hpp"

using namespace std::chrono_literals;

void sleeping() {
  weft::chan<int> c;
  weft::go([=] {
    for (int i = 0; i < 20; ++i) {
      weft::sleep_for(3ms);
      c.send(i);
    }
    weft::after(3ms).recv();
    c.close();
  });
  for (int v : c) static_cast<void>(v);
}

/// The other end of the pipe is in another process, of which weft can know nothing.
void polling() {
  int ends[2];
  if (pipe(ends) != 0) return;
  if (fork() == 0) {
    usleep(100'000);
    _exit(write(ends[1], "x", 1) == 1 ? 0 : 1);
  }
  weft::chan<int> c;
  weft::go([=] {
    static_cast<void>(weft::wait_readable(ends[0]));
    c.send(1);
  });
  c.recv();
}

void blocking() {
  weft::chan<int> c;
  weft::go([=] {
    weft::blocking([] { usleep(100'000); });
    c.send(1);
  });
  c.recv();
  weft::go([=] {
    usleep(100'000);
    c.send(2);
  });
  c.recv();
}

void foreign_threads() {
  for (int round = 0; round < 5; ++round) {
    weft::chan<int> c;
    std::vector<std::thread> foreign;
    for (int i = 0; i < 3; ++i) {
      foreign.emplace_back([=] {
        usleep(static_cast<unsigned>(10'000 * (i + 1)));
        c.send(i);
      });
    }
    for (int i = 0; i < 3; ++i) c.recv();
    weft::blocking([&foreign] {
      for (std::thread& t : foreign) t.join();
    });
  }
}

void to_and_fro() {
  weft::chan<int> to;
  weft::chan<int> from;
  std::thread foreign([=] {
    for (int v : to) from.send(v);
    from.close();
  });
  for (int i = 0; i < 3000; ++i) {
    to.send(i);
    from.recv();
  }
  to.close();
  from.recv();
  weft::blocking([&foreign] { foreign.join(); });
}

void starting_threads() {
  for (int i = 0; i < 200; ++i) {
    weft::chan<int> c;
    std::thread([=] { c.send(1); }).detach();
    c.recv();
  }
}

/// Two goroutines that wait for each other for ever, while main goes on: not detected, as in Go.
void partial() {
  weft::chan<int> a;
  weft::chan<int> b;
  weft::go([=] { b.send(a.recv().value()); });
  weft::go([=] { a.send(b.recv().value()); });
  for (int i = 0; i < 10; ++i) weft::sleep_for(5ms);
}

void panicking() {
  for (int i = 0; i < 100; ++i) weft::go([] { weft::chan<int>().recv(); });
  weft::go([] {
    for (int i = 0; i < 100; ++i) weft::yield();
    weft::panic("not a deadlock");
  });
  weft::chan<int>().recv();
}

int main() {
  const auto play = [](const char* name, void (*body)()) {
    scene(name).play([body] {
      return weft::run([body] {
        body();
        std::puts("done");
      });
    });
  };
  play("sleeping", sleeping);
  play("polling", polling);
  play("blocking", blocking);
  play("foreign threads", foreign_threads);
  play("to and fro", to_and_fro);
  play("starting threads", starting_threads);
  play("partial", partial);
  play("panic", panicking);
}
