// SPDX-License-Identifier: Apache-2.0
// engines: both
// guarantee: FS9.7
// sentence: every backend that is named works
// seconds: 60
// expect-stdout: ^\[auto\] out: 1000000 bytes and a directory$
// expect-stdout: ^\[epoll\] out: 1000000 bytes and a directory$
// expect-stdout: ^\[empty\] out: 1000000 bytes and a directory$
// expect-stdout: ^\[uring\] (out: 1000000 bytes and a directory|err: fatal error: WEFT_IO=uring: the kernel refuses io_uring: .*)$
#include <cstdio>
#include <cstdlib>
#include <string>

#include "scene.hpp"
#include "weft/weft.hpp"

namespace io = weft::io;

int use_files(const char* backend) {
  setenv("WEFT_IO", backend, 1);
  return weft::run([] {
    std::string directory = "/tmp/weft-backend-XXXXXX";
    if (mkdtemp(directory.data()) == nullptr) return;
    const std::string path = directory + "/f";
    weft::wait_group all;
    for (int i = 0; i < 20; ++i) {
      all.go([&, i] {
        const std::string own = path + std::to_string(i);
        static_cast<void>(io::write_file(own, std::string(1'000'000, 'x')));
        if (i != 0) static_cast<void>(io::remove(own));
      });
    }
    all.wait();
    const auto f = io::status(path + "0");
    const auto d = io::status(directory);
    if (f && d && d->type == io::file_type::directory && io::list_directory(directory)->size() == 1) {
      std::printf("%d bytes and a directory\n", static_cast<int>(f->size));
    }
    static_cast<void>(io::remove(path + "0"));
    static_cast<void>(io::remove(directory));
  });
}

int main() {
  scene("auto").play([] { return use_files("auto"); });
  scene("epoll").play([] { return use_files("epoll"); });
  scene("empty").play([] { return use_files(""); });
  scene("uring").play([] { return use_files("uring"); });
}
