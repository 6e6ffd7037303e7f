// SPDX-License-Identifier: Apache-2.0
//
// One directory's entries: the regular files and the directories in it. Symbolic links are not followed and not listed,
// nor are sockets, pipes and devices. Knows nothing of goroutines; the caller decides where it may block.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <vector>

namespace wordcount {

struct directory {
  int error = 0;  // errno if it could not be read, or not to its end
  std::vector<std::string> files;
  std::vector<std::string> directories;
};

namespace detail {

/// The type of an entry; some file systems do not tell it when they list a directory.
inline unsigned char type_of(DIR* stream, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type;
  struct stat about;
  if (::fstatat(::dirfd(stream), entry.d_name, &about, AT_SYMLINK_NOFOLLOW) != 0) return DT_UNKNOWN;
  return S_ISREG(about.st_mode) ? DT_REG : S_ISDIR(about.st_mode) ? DT_DIR : DT_UNKNOWN;
}

}  // namespace detail

/// Lists the directory at `path`; the names that it returns are paths that begin with it.
inline directory list(const std::string& path) {
  directory listed;
  DIR* const stream = ::opendir(path.c_str());
  if (stream == nullptr) {
    listed.error = errno;
    return listed;
  }
  const std::string prefix = path.ends_with('/') ? path : path + '/';
  while (true) {
    errno = 0;
    const dirent* const entry = ::readdir(stream);
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    const unsigned char type = detail::type_of(stream, *entry);
    if (type == DT_REG) listed.files.push_back(prefix + entry->d_name);
    if (type == DT_DIR) listed.directories.push_back(prefix + entry->d_name);
  }
  listed.error = errno;
  ::closedir(stream);
  return listed;
}

}  // namespace wordcount
