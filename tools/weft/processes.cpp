// SPDX-License-Identifier: Apache-2.0
#include "processes.hpp"

#include <dirent.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "weft/detail/stats_page.hpp"

namespace weft_tool {
namespace {

/// Calls f(name) for what is in a folder; nothing if it cannot be read.
template <class F>
void for_each_in(const std::string& folder, F f) {
  DIR* const directory = opendir(folder.c_str());
  if (directory == nullptr) return;
  while (const dirent* const each = readdir(directory)) f(std::string(each->d_name));
  closedir(directory);
}

bool is_number(const std::string& text) {
  return !text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == std::string::npos;
}

std::string page_of(pid_t pid) {
  const std::string wanted = std::string("/memfd:") + weft::detail::stats_name + " (deleted)";
  const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
  std::string found;
  for_each_in(folder, [&](const std::string& name) {
    char target[64];
    const std::string link = folder + "/" + name;
    const ssize_t n = readlink(link.c_str(), target, sizeof target);
    if (n > 0 && std::string(target, static_cast<std::size_t>(n)) == wanted) found = link;
  });
  return found;
}

/// The last of its numbers, the first of which is ours: it may be in a container in a container.
std::uint64_t own_number(const std::string& folder) {
  std::ifstream status(folder + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("NSpid:", 0) == 0) return std::strtoull(line.c_str() + line.find_last_of("\t ") + 1, nullptr, 10);
  }
  return 0;
}

bool is_socket_of(const std::string& path, uid_t uid) {
  struct stat found {};
  return lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode) && found.st_uid == uid;
}

/// Where a process of that user may have its socket: we do not know its environment.
std::vector<std::string> folders_of(uid_t uid) {
  std::vector<std::string> folders;
  if (const char* own = std::getenv("XDG_RUNTIME_DIR"); own != nullptr && own[0] == '/') {
    folders.push_back(std::string(own) + "/weft");
  }
  folders.push_back("/run/user/" + std::to_string(uid) + "/weft");
  folders.push_back("/tmp/weft-" + std::to_string(uid));
  return folders;
}

/// Nobody listens on it. Its number may be that of a process in another container, which we do not see.
bool is_dead(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, path.c_str(), path.size());
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const bool refused =
      fd >= 0 && connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno == ECONNREFUSED;
  if (fd >= 0) close(fd);
  return refused;
}

void remove_stale_sockets() {
  for (const std::string& folder : folders_of(geteuid())) {
    for_each_in(folder, [&](const std::string& name) {
      const std::string number = name.substr(0, name.find('.'));
      if (name != number + ".sock" || !is_number(number)) return;
      const std::string path = folder + "/" + name;
      if (is_socket_of(path, geteuid()) && is_dead(path)) unlink(path.c_str());
    });
  }
}

}  // namespace

std::string printable(std::string text, bool has_lines) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool second_set = c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if ((c < ' ' && !(has_lines && (c == '\n' || c == '\t'))) || c == 127 || second_set) text[i] = '?';
    if (second_set) text[++i] = '?';
  }
  return text;
}

bool look_up(pid_t pid, process& found) {
  const std::string folder = "/proc/" + std::to_string(pid);
  struct stat owner {};
  if (pid <= 0 || stat(folder.c_str(), &owner) != 0) return false;
  found = {};
  found.pid = pid;
  found.uid = owner.st_uid;
  std::ifstream comm(folder + "/comm");
  std::getline(comm, found.name);
  found.name = printable(found.name);
  found.own_number = own_number(folder);
  found.page = page_of(pid);
  for (const std::string& each : folders_of(found.uid)) {
    const std::string path = each + "/" + std::to_string(pid) + ".sock";
    if (found.socket.empty() && is_socket_of(path, found.uid)) found.socket = path;
  }
  return true;
}

std::vector<process> all_processes() {
  remove_stale_sockets();
  std::vector<process> found;
  for_each_in("/proc", [&](const std::string& name) {
    process each;
    if (!is_number(name) || !look_up(static_cast<pid_t>(std::atoi(name.c_str())), each)) return;
    if (!each.page.empty() || !each.socket.empty()) found.push_back(each);
  });
  std::sort(found.begin(), found.end(), [](const process& a, const process& b) { return a.pid < b.pid; });
  return found;
}

}  // namespace weft_tool
