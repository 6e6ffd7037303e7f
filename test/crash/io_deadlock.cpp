// SPDX-License-Identifier: Apache-2.0
// engines: sched
// guarantee: FS11.6
// sentence: after files a deadlock is still reported, and a wait for a file is none
// seconds: 60
// expect-exit: 2
// expect-stdout: ^from outside$
// expect-stderr: ^fatal error: all goroutines are asleep - deadlock!$
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "weft/weft.hpp"

namespace io = weft::io;

int main() {
  return weft::run([] {
    std::string directory = "/tmp/weft-deadlock-XXXXXX";
    if (mkdtemp(directory.data()) == nullptr) return;
    const std::string fifo = directory + "/fifo";
    if (mkfifo(fifo.c_str(), 0600) != 0) return;
    // Not a child of weft's: for three seconds nothing but the opening of the FIFO is waited for.
    const std::string later = "(sleep 3; echo from outside > " + fifo + ") &";
    if (weft::blocking([&] { return std::system(later.c_str()); }) != 0) return;
    std::fputs(weft::spawn([&] { return *io::read_file(fifo); }).join().c_str(), stdout);
    weft::wait_group all;
    for (int i = 0; i < 50; ++i) {
      all.go([&, own = directory + "/f" + std::to_string(i)] {
        static_cast<void>(io::write_file(own, "x"));
        static_cast<void>(io::remove(own));
      });
    }
    all.wait();
    static_cast<void>(io::remove(fifo));
    static_cast<void>(io::remove(directory));
    weft::chan<int>().recv();
  });
}
