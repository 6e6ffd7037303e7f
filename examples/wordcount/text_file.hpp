// SPDX-License-Identifier: Apache-2.0
//
// Reads a text file whole, or says why not: it cannot be read, it is too large, or it is no text, for which a zero byte
// among its first 4096 is taken as the sign. Knows nothing of goroutines; the caller decides where it may block.
//
// The stamp of a file is taken before it is read, so a file that changes while or after it is read has another stamp
// when it is looked at again.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

namespace wordcount {

/// Larger files are skipped: a text is held in memory whole, and several at once.
inline constexpr std::size_t size_limit = 64 << 20;
inline constexpr std::size_t sniffed = 4096;

enum class outcome : std::uint8_t { text, binary, unreadable, too_large };

struct stamp {
  std::int64_t size = 0;
  std::int64_t seconds = 0;  // of the last change
  std::int64_t nanoseconds = 0;

  friend bool operator==(const stamp&, const stamp&) = default;
};

/// Memory for one text, used again and again.
class text_buffer {
 public:
  [[nodiscard]] char* data() { return bytes_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Room for `room` bytes in total; keeps what is there.
  void reserve(std::size_t room) {
    if (room <= capacity_) return;
    auto larger = std::make_unique_for_overwrite<char[]>(room);
    if (size_ != 0) std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
    capacity_ = room;
  }

  /// Empties it. What an unusually large text needed is given back.
  void clear() {
    size_ = 0;
    if (capacity_ > (4 << 20)) {
      bytes_.reset();
      capacity_ = 0;
    }
  }

  /// Reads until there are `goal` bytes or the file ends. False: it cannot be read.
  bool read_up_to(int fd, std::size_t goal) {
    reserve(goal);
    while (size_ < goal) {
      const ssize_t count = ::read(fd, bytes_.get() + size_, goal - size_);
      if (count == 0) break;
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return false;
      size_ += static_cast<std::size_t>(count);
    }
    return true;
  }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

namespace detail {

inline outcome read_text(int fd, text_buffer& into, stamp& when) {
  struct stat about;
  if (::fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) return outcome::unreadable;
  when = {about.st_size, about.st_mtim.tv_sec, about.st_mtim.tv_nsec};

  if (!into.read_up_to(fd, sniffed)) return outcome::unreadable;
  if (into.size() != 0 && std::memchr(into.data(), 0, into.size()) != nullptr) return outcome::binary;
  if (about.st_size > static_cast<std::int64_t>(size_limit)) return outcome::too_large;

  // One byte more than the file is said to have, so that one read finds its end; it may have grown.
  std::size_t goal = std::max(sniffed, static_cast<std::size_t>(about.st_size)) + 1;
  while (true) {
    if (!into.read_up_to(fd, goal)) return outcome::unreadable;
    if (into.size() < goal) return outcome::text;
    if (goal > size_limit) return outcome::too_large;
    goal = std::min(goal * 2, size_limit + 1);
  }
}

}  // namespace detail

/// Reads the file at `path` into `into`, which is emptied before; `when` is its stamp if it could be opened.
inline outcome read_text(const std::string& path, text_buffer& into, stamp& when) {
  into.clear();
  // Not following links and not waiting: what was a regular file when it was listed may have become something else.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return outcome::unreadable;
  const outcome result = detail::read_text(fd, into, when);
  ::close(fd);
  return result;
}

}  // namespace wordcount
