// SPDX-License-Identifier: Apache-2.0
//
// The first of the concurrency models that one document sets side by side: the event loop. One goroutine runs callbacks
// one by one, so they need no locks; what would block, here reading a file, is delegated to the background, and its
// result comes back as a further callback. A channel of functions is the whole machine.
//
// sentence: an event loop runs its callbacks one by one and delegates what blocks
// engines: both
// expect-exit: 0
// expect-output-exact:
//   start reading
//   the loop is not blocked meanwhile
//   read finished: yes
//   callbacks run by one goroutine: 3
#include <weft/weft.hpp>

#include <cstdio>
#include <fstream>
#include <functional>
#include <string>

using callback = std::function<void()>;

/// Reads the first line of a file in the background, then hands it to `then` on the loop.
void read_line(weft::chan<callback> loop, std::string path, std::function<void(std::string)> then) {
  weft::go([=] {
    std::string line = weft::blocking([&] {
      std::string first;
      std::ifstream file(path);
      std::getline(file, first);
      return first;
    });
    loop.send([=] { then(line); });
  });
}

int main() {
  return weft::run([] {
    weft::chan<callback> loop(16);
    int callbacks = 0;  // shared by all callbacks, and safe without a lock

    loop.send([&, loop] {
      ++callbacks;
      std::puts("start reading");
      loop.send([&] {
        ++callbacks;
        std::puts("the loop is not blocked meanwhile");
      });
      read_line(loop, "/proc/self/stat", [&, loop](std::string line) {
        ++callbacks;
        std::printf("read finished: %s\n", line.empty() ? "no" : "yes");
        loop.close();
      });
    });

    for (callback next : loop) next();
    std::printf("callbacks run by one goroutine: %d\n", callbacks);
  });
}
