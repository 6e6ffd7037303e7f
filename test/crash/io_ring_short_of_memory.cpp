// SPDX-License-Identifier: Apache-2.0
// engines: sched
// guarantee: FS11.8
// sentence: a kernel that has no memory or no room for a while is asked again
// seconds: 60
// expect-stdout: ^\[short of memory\] out: 100 times 1000 bytes$
// expect-stdout: ^\[short of memory\] exit 0$
#include <dlfcn.h>
#include <sys/syscall.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "scene.hpp"
#include "weft/weft.hpp"

namespace {

std::atomic<int> entered{0};

}  // namespace

/// In the place of libc's: two of three requests to the ring are refused, with either error.
extern "C" long syscall(long number, ...) noexcept {
  using function = long (*)(long, ...);
  static const auto real = reinterpret_cast<function>(dlsym(RTLD_NEXT, "syscall"));
  va_list arguments;
  va_start(arguments, number);
  long a[6];
  for (long& each : a) each = va_arg(arguments, long);
  va_end(arguments);
  if (number == SYS_io_uring_enter && entered > 0) {
    const int turn = entered++ % 3;
    if (turn != 0) {
      errno = turn == 1 ? ENOMEM : EBUSY;
      return -1;
    }
  }
  return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int main() {
  scene("short of memory").play([] {
    return weft::run([] {
      std::string path = "/tmp/weft-short-XXXXXX";
      close(mkstemp(path.data()));
      static_cast<void>(weft::io::write_file(path, std::string(1000, 'x')));
      entered = 1;
      std::atomic<int> whole{0};
      weft::wait_group all;
      for (int i = 0; i < 100; ++i) {
        all.go([&] { whole += weft::io::read_file(path)->size() == 1000 ? 1 : 0; });
      }
      all.wait();
      entered = 0;
      std::printf("%d times 1000 bytes\n", whole.load());
      static_cast<void>(weft::io::remove(path));
    });
  });
}
