// SPDX-License-Identifier: Apache-2.0
//
// A set of epoll gives back a word for each descriptor, which often is a pointer, and perhaps the only one. The kernel
// shows these words in /proc/self/fdinfo, in lines such as
//
//     tfd:        5 events:       19 data:     7f2a1c000b70  pos:0 ino:... sdev:...
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "os/own_memory.hpp"

namespace weft::detail {

namespace {

bool is_epoll(int directory, const char* descriptor) noexcept {
  char path[64];
  char target[32] = "";
  std::snprintf(path, sizeof path, "../fd/%.16s", descriptor);
  const ssize_t n = ::readlinkat(directory, path, target, sizeof target - 1);
  return n > 0 && std::strcmp(target, "anon_inode:[eventpoll]") == 0;
}

void visit_set(std::FILE* lines, void (*visit)(void* arg, std::uintptr_t word), void* arg) {
  char line[256];
  while (std::fgets(line, sizeof line, lines) != nullptr) {
    const char* const data = std::strncmp(line, "tfd:", 4) == 0 ? std::strstr(line, "data:") : nullptr;
    if (data != nullptr) visit(arg, std::strtoull(data + 5, nullptr, 16));
  }
}

}  // namespace

bool visit_kernel_words(void (*visit)(void* arg, std::uintptr_t word), void* arg) {
  DIR* const all = ::opendir("/proc/self/fdinfo");
  if (all == nullptr) return false;
  bool whole = true;
  while (const dirent* const each = ::readdir(all)) {
    if (each->d_name[0] == '.' || !is_epoll(::dirfd(all), each->d_name)) continue;
    const int file = ::openat(::dirfd(all), each->d_name, O_RDONLY | O_CLOEXEC);
    std::FILE* const lines = file >= 0 ? ::fdopen(file, "r") : nullptr;
    if (lines != nullptr) {
      visit_set(lines, visit, arg);
      std::fclose(lines);
    } else {
      whole = false;
      if (file >= 0) ::close(file);
    }
  }
  ::closedir(all);
  return whole;
}

}  // namespace weft::detail
