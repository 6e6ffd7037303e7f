// SPDX-License-Identifier: Apache-2.0
#include "beneath.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "weft/blocking.hpp"

namespace weft::http {
namespace {

constexpr int how_to_open = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

/// Closes unless it is given away.
class descriptor {
 public:
  explicit descriptor(int fd) noexcept : fd_(fd) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

std::error_code last_error() { return {errno, std::generic_category()}; }

/// A directory on the way must be passed only, not read: O_PATH asks for no more than openat2 does.
int walk(int root, std::string_view path) {
  constexpr int to_pass = O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;
  int at = ::fcntl(root, F_DUPFD_CLOEXEC, 0);
  while (at >= 0 && !path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string name(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
    const descriptor above(at);
    at = ::openat(above.get(), name.c_str(), path.empty() ? how_to_open | O_NOFOLLOW : to_pass);
  }
  return at;
}

}  // namespace

beneath::beneath(const std::string& root) : root_(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
  if (root_ < 0) throw std::system_error(last_error(), root);
}

beneath::~beneath() { ::close(root_); }

bool beneath::is_plain(std::string_view path) noexcept {
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, slash);
    if (name.empty() || name == "." || name == ".." || name.find('\0') != name.npos) return false;
    if (slash + 1 == path.size()) return false;  // a slash at the end
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return true;
}

int beneath::open_descriptor(const char* path) const {
  open_how how{};
  how.flags = static_cast<__u64>(how_to_open);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  long fd = ::syscall(SYS_openat2, root_, path, &how, sizeof how);
  // A rename meanwhile keeps the kernel from being certain of a link's "..".
  for (int again = 0; fd < 0 && errno == EAGAIN && again < 10; ++again) {
    fd = ::syscall(SYS_openat2, root_, path, &how, sizeof how);
  }
  if (fd >= 0 || (errno != ENOSYS && errno != EPERM)) return static_cast<int>(fd);
  return walk(root_, path);
}

result<found_file> beneath::open(const std::string& path) const {
  struct stat status {};
  std::error_code error;
  const int opened = blocking([&] {
    descriptor fd(open_descriptor(path.empty() ? "." : path.c_str()));
    if (fd.get() < 0 || ::fstat(fd.get(), &status) != 0 || ::fcntl(fd.get(), F_SETFL, O_RDONLY) != 0) {
      error = last_error();
      return -1;
    }
    return fd.release();
  });
  if (opened < 0) return error;
  found_file found;
  found.is_directory = S_ISDIR(status.st_mode);
  if (!found.is_directory && !S_ISREG(status.st_mode)) {
    ::close(opened);
    return std::make_error_code(std::errc::no_such_file_or_directory);
  }
  if (found.is_directory)
    ::close(opened);
  else
    found.opened = io::file::adopt(opened);
  found.size = static_cast<std::uint64_t>(status.st_size);
  found.modified = status.st_mtim.tv_sec;
  found.nanoseconds = status.st_mtim.tv_nsec;
  return found;
}

}  // namespace weft::http
