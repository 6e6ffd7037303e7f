// SPDX-License-Identifier: Apache-2.0
// engines: sched
// guarantee: IR2.1
// sentence: where the kernel refuses io_uring, files work without it
// expect-exit: 0
// expect-stdout: ^read and written$
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>

#include "../refused_call.hpp"
#include "weft/weft.hpp"

int main() {
  static_cast<void>(weft::test::refuse(SYS_io_uring_setup, EPERM));
  return weft::run([] {
    const std::string path = std::filesystem::temp_directory_path() / ("weft-refused-" + std::to_string(getpid()));
    const bool put = weft::io::write_file(path, "text").has_value();
    const weft::result<std::string> got = weft::io::read_file(path);
    if (put && got && *got == "text" && weft::io::remove(path)) std::puts("read and written");
  });
}
