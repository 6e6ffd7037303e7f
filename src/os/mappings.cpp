// SPDX-License-Identifier: Apache-2.0
#include "os/mappings.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace weft::detail {

namespace {

/// 0: not readable, or longer than the buffer.
std::size_t read_maps(char* text, std::size_t size) noexcept {
  const own_file maps("/proc/self/maps");
  std::size_t length = 0;
  while (maps.fd >= 0 && length < size) {
    const ssize_t n = ::read(maps.fd, text + length, size - length);
    if (n < 0) return 0;
    if (n == 0) return length;
    length += static_cast<std::size_t>(n);
  }
  return 0;
}

}  // namespace

own_file::own_file(const char* path) noexcept : fd(::open(path, O_RDONLY | O_CLOEXEC)) {}
own_file::~own_file() {
  if (fd >= 0) ::close(fd);
}

bool for_each_mapping(char* text, std::size_t size, bool (*visit)(void* arg, const mapping& each), void* arg) noexcept {
  const std::size_t length = read_maps(text, size);
  if (length == 0) return false;
  char* line = text;
  for (char* const end = text + length; line < end;) {
    char* const next = std::find(line, end, '\n') + 1;
    next[-1] = '\0';
    mapping each{};
    unsigned long from = 0;
    unsigned long to = 0;
    char rights[5] = "";
    if (std::sscanf(line, "%lx-%lx %4s %*x %*x:%*x %lu %23s", &from, &to, rights, &each.inode, each.name) < 4) {
      return false;
    }
    each.begin = from;
    each.end = to;
    each.readable = rights[0] == 'r';
    each.writable = rights[1] == 'w';
    each.shared = rights[3] == 's';
    if (!visit(arg, each)) return false;
    line = next;
  }
  return true;
}

}  // namespace weft::detail
