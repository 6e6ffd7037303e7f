// SPDX-License-Identifier: Apache-2.0
//
// Opens files below a directory, and no others.
//
// The kernel does it: openat2 with RESOLVE_BENEATH fails for a path that leaves the directory at any moment, by "..",
// by an absolute path or by a symbolic link, and leaves no time between looking and opening. Where there is no openat2
// (before Linux 5.6, or forbidden), the path is walked a name at a time with O_NOFOLLOW, which refuses all symbolic
// links. What is opened never blocks (O_NONBLOCK): a FIFO in the directory holds nobody up, and only regular files and
// directories get out of here.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "weft/io/file.hpp"
#include "weft/result.hpp"

namespace weft::http {

/// What was found: a regular file, or a directory (then `opened` is not open).
struct found_file {
  io::file opened;
  std::uint64_t size = 0;
  std::time_t modified = 0;
  long nanoseconds = 0;  // of the second of `modified`
  bool is_directory = false;
};

class beneath {
 public:
  /// Throws std::system_error if the directory cannot be opened.
  explicit beneath(const std::string& root);
  beneath(const beneath&) = delete;
  beneath& operator=(const beneath&) = delete;
  ~beneath();

  /// `path` is relative, without empty names, "." and ".." (is_plain()); empty is the root itself. Blocks the goroutine
  /// only.
  [[nodiscard]] result<found_file> open(const std::string& path) const;

  /// Whether a path is made of names only.
  [[nodiscard]] static bool is_plain(std::string_view path) noexcept;

 private:
  [[nodiscard]] int open_descriptor(const char* path) const;

  int root_;
};

}  // namespace weft::http
