// SPDX-License-Identifier: Apache-2.0
// engines: sched
// guarantee: FS9.11
// sentence: without a descriptor for the ring files work without it, and with it as soon as there is one
// seconds: 60
// expect-stdout: ^\[auto\] out: a directory\n\[auto\] out: ring: (yes|refused)$
// expect-stdout: ^\[auto\] exit 0$
// expect-stdout: ^\[uring\] (out: a directory|err: fatal error: WEFT_IO=uring: the kernel refuses io_uring: .*)$
#include <linux/io_uring.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "scene.hpp"
#include "weft/weft.hpp"

bool has_ring() {
  for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (std::filesystem::read_symlink(each, gone) == "anon_inode:[io_uring]") return true;
  }
  return false;
}

bool is_refused() {
  io_uring_params parameters{};
  const long fd = syscall(SYS_io_uring_setup, 8, &parameters);
  if (fd >= 0) close(static_cast<int>(fd));
  return fd < 0;
}

int use_files(const char* backend) {
  setenv("WEFT_IO", backend, 1);
  return weft::run([] {
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    rlimit none = before;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &none);
    const auto first = weft::io::status("/");
    setrlimit(RLIMIT_NOFILE, &before);
    std::puts(first && first->type == weft::io::file_type::directory ? "a directory" : "an error");
    static_cast<void>(weft::io::status("/"));
    std::printf("ring: %s\n", has_ring() ? "yes" : is_refused() ? "refused" : "no");
  });
}

int main() {
  scene("auto").play([] { return use_files("auto"); });
  scene("uring").play([] { return use_files("uring"); });
}
