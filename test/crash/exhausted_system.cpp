// SPDX-License-Identifier: Apache-2.0
// engines: sched
// guarantee: S8.1 S8.2
// sentence: when the system gives no thread, or no address space, the program ends and says so
// not-under: address (it needs terabytes of address space), thread (likewise), emulator (limits are its own)
// seconds: 60
// expect-stdout: ^\[threads\] err: fatal error: thread exhaustion: cannot start a worker thread beside [0-9]+ others:
// expect-stdout: ^\[threads\] exit 2$
// expect-stdout: ^\[first thread\] err: fatal error: thread exhaustion: cannot start
// expect-stdout: ^\[first thread\] exit 2$
// expect-stdout: ^\[address space\] err: fatal error: out of memory: cannot map a (goroutine's stack|stack of [0-9]+ bytes)
// expect-stdout: ^\[address space\] exit 2$
#include <sys/resource.h>
#include <unistd.h>

#include "scene.hpp"
#include "weft/weft.hpp"

int block_many_threads() {
  return weft::run([] {
    for (int i = 0; i < 50; ++i) weft::go([] { weft::blocking([] { sleep(100); }); });
    for (;;) weft::yield();
  });
}

int start_one() {
  weft::chan<int> c;
  weft::go([=] { c.send(1); });
  c.recv();
  return 0;
}

int map_eight_gibibytes() {
  return weft::run([] {
    const rlimit limit{std::size_t{2} << 30, std::size_t{2} << 30};
    setrlimit(RLIMIT_AS, &limit);
    weft::chan<int> never;
    for (int i = 0; i < 8; ++i) weft::go({.stack = std::size_t{1} << 30}, [=] { never.recv(); });
    never.recv();
  });
}

int main() {
  scene("threads").play(block_many_threads, "WEFT_FAULT", "thread:3");
  scene("first thread").play(start_one, "WEFT_FAULT", "thread:0");
  scene("address space").play(map_eight_gibibytes);
}
