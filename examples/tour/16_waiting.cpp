// SPDX-License-Identifier: Apache-2.0
//
// The things a goroutine can wait for, as the lesson lists them: sleep, a channel, a primitive of the sync package,
// input. Whoever waits is set aside, and another goroutine runs in its place on the same thread. Here all four wait at
// once on one worker while main still runs, and then main lets one after the other go on. (The input is a pipe and is
// read inside blocking(), which hands the worker to others for as long as the call takes.)
//
// sentence: a goroutine that waits is set aside and others run on its thread
// expect-exit: 0
// expect-output-exact:
//   four goroutines wait, and this one still runs
//   received from a channel: 1
//   locked the mutex
//   read input: hello
//   slept
#include <weft/weft.hpp>

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>

using namespace std::chrono_literals;

std::string read_line(int fd) {
  return weft::blocking([fd] {
    char bytes[64];
    ssize_t count = ::read(fd, bytes, sizeof bytes);
    return std::string(bytes, count > 0 ? static_cast<std::size_t>(count) : 0);
  });
}

int main() {
  int pipe_ends[2];
  if (::pipe(pipe_ends) != 0) return std::perror("pipe"), 1;

  return weft::run(
      [&] {
        weft::chan<int> numbers;
        weft::mutex lock;
        lock.lock();

        auto sleeper = weft::spawn([] { weft::sleep_for(20ms); });
        auto receiver = weft::spawn([=] { return numbers.recv().value(); });
        auto locker = weft::spawn([&] {
          lock.lock();
          lock.unlock();
        });
        auto reader = weft::spawn([&] { return read_line(pipe_ends[0]); });
        weft::sleep_for(1ms);
        std::puts("four goroutines wait, and this one still runs");

        numbers.send(1);
        std::printf("received from a channel: %d\n", receiver.join());
        lock.unlock();
        locker.join();
        std::puts("locked the mutex");
        if (::write(pipe_ends[1], "hello", 5) != 5) weft::panic("a pipe took less than five bytes");
        std::printf("read input: %s\n", reader.join().c_str());
        sleeper.join();
        std::puts("slept");
      },
      {.workers = 1});
}
