// SPDX-License-Identifier: Apache-2.0
//
// Weft inside a program that knows nothing of it: main and a std::thread are foreign threads throughout.
//
// sentence: without run() the first go starts the runtime, and main and threads take part as what they are
// guarantee: F3.1
// engines: both
// expect-exit: 0
// expect-output-exact:
//   before: 3
//   squares: 285
//   selected: 1
//   locked: 400
#include <weft/weft.hpp>

#include <chrono>
#include <cstdio>
#include <mutex>
#include <thread>

namespace {

int squares() {
  const weft::chan<int> in, out;
  for (int i = 0; i < 3; ++i) {
    weft::go([=] {
      for (const int v : in) out.send(v * v);
    });
  }
  std::thread feeding([=] {
    for (int i = 1; i < 10; ++i) in.send(i);
    in.close();
  });
  int sum = 0;
  for (int i = 1; i < 10; ++i) sum += *out.recv();
  feeding.join();
  return sum;
}

std::size_t selected() {
  const weft::chan<int> never;
  return weft::select(weft::on_recv(never), weft::on_recv(weft::after(std::chrono::milliseconds(2))));
}

int locked() {
  weft::mutex m;
  weft::wait_group all;
  int counter = 0;
  const auto count = [&] {
    for (int i = 0; i < 100; ++i) {
      const std::scoped_lock hold(m);
      ++counter;
    }
  };
  for (int i = 0; i < 2; ++i) all.go(count);
  std::thread thread(count);
  count();
  all.wait();
  thread.join();
  return counter;
}

}  // namespace

int main() {
  const weft::chan<int> buffered(1);  // no goroutine yet, and nobody waits
  buffered.send(3);
  std::printf("before: %d\n", *buffered.recv());
  std::printf("squares: %d\n", squares());
  std::printf("selected: %zu\n", selected());
  std::printf("locked: %d\n", locked());
}
