// SPDX-License-Identifier: Apache-2.0
// guarantee: G14.1
// sentence: without run the first go starts the runtime and main is a foreign thread
// expect-exit: 0
// expect-output-exact:
//   received 42
//   slept
//   selected
//   counted 10
//   locked
//   joined 7
#include <chrono>
#include <cstdio>
#include <mutex>

#include "weft/weft.hpp"

using namespace std::chrono_literals;

int main() {
  weft::chan<int> c;
  weft::go([=] { c.send(42); });
  std::printf("received %d\n", c.recv().value());

  const auto start = weft::clock::now();
  weft::sleep_for(5ms);
  if (weft::clock::now() - start >= 5ms) std::puts("slept");

  weft::chan<weft::unit> never;
  weft::go([=] {
    weft::yield();
    c.send(1);
  });
  if (weft::select(weft::on_recv(never), weft::on_recv(c)) == 1) std::puts("selected");

  weft::mutex m;
  int count = 0;
  weft::wait_group all;
  for (int i = 0; i < 10; ++i) {
    all.go([&] {
      const std::scoped_lock hold(m);
      ++count;
    });
  }
  all.wait();
  std::printf("counted %d\n", count);

  m.lock();
  weft::go([&m] { m.unlock(); });
  m.lock();
  std::puts("locked");
  m.unlock();

  std::printf("joined %d\n", weft::spawn([] { return 7; }).join());
}
