// SPDX-License-Identifier: Apache-2.0
//
// Like Go, only the limit of the process's own cgroup counts, not those of its ancestors, and only the quota: shares
// and requests say how processors are divided when they are scarce, not how many there are.
#include "os/cpu.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <vector>

namespace weft::detail {
namespace {

std::string read_file(const std::string& path) {
  std::string text;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return text;
  char piece[4096];
  for (ssize_t n; (n = ::read(fd, piece, sizeof piece)) > 0 || (n < 0 && errno == EINTR);) {
    if (n > 0) text.append(piece, static_cast<std::size_t>(n));
  }
  ::close(fd);
  return text;
}

/// Cuts the text before the first `separator` off `rest`; all of it if there is none.
std::string_view cut(std::string_view& rest, char separator) noexcept {
  const std::size_t at = std::min(rest.find(separator), rest.size());
  const std::string_view piece = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return piece;
}

std::optional<std::int64_t> number(std::string_view text) noexcept {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<cpu_quota> quota_of(std::optional<std::int64_t> quota, std::optional<std::int64_t> period) noexcept {
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
  return cpu_quota{*quota, *period};
}

bool lists(std::string_view list, std::string_view name) noexcept {
  while (!list.empty()) {
    if (cut(list, ',') == name) return true;
  }
  return false;
}

struct membership {
  std::string path;
  int version;
};

/// Lines of /proc/self/cgroup: "4:cpu,cpuacct:/path" (v1) or "0::/path" (v2).
std::optional<membership> membership_of(std::string_view cgroup) {
  std::optional<membership> found;
  while (!cgroup.empty()) {
    std::string_view line = cut(cgroup, '\n');
    const std::string_view hierarchy = cut(line, ':');
    const std::string_view controllers = cut(line, ':');
    if (lists(controllers, "cpu")) return membership{std::string(line), 1};
    if (hierarchy == "0" && controllers.empty()) found = membership{std::string(line), 2};
  }
  return found;
}

/// mountinfo writes blanks, tabs, newlines and backslashes as \040 and the like.
std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

/// Lines of mountinfo: "36 35 98:0 /root /mount/point options optional... - type source super-options".
std::optional<std::string> directory_in(std::string_view line, const membership& member) {
  std::vector<std::string_view> fields;
  while (!line.empty()) fields.push_back(cut(line, ' '));
  const auto dash = std::find(fields.begin(), fields.end(), "-");
  if (fields.size() < 6 || fields.end() - dash < 4) return std::nullopt;
  const bool wanted = member.version == 2 ? dash[1] == "cgroup2" : dash[1] == "cgroup" && lists(dash[3], "cpu");
  if (!wanted) return std::nullopt;
  // The path counts from the hierarchy's root, but the mount shows only what is below its own root.
  std::string root = unescape(fields[3]);
  if (root == "/") root.clear();
  const bool below =
      member.path.starts_with(root) && (member.path.size() == root.size() || member.path[root.size()] == '/');
  if (!below) return std::nullopt;
  std::string directory = unescape(fields[4]) + member.path.substr(root.size());
  while (directory.size() > 1 && directory.back() == '/') directory.pop_back();
  return directory;
}

std::optional<cpu_quota> quota_of_this_process() {
  const auto place = find_cgroup(read_file("/proc/self/cgroup"), read_file("/proc/self/mountinfo"));
  if (!place) return std::nullopt;
  if (place->version == 2) return parse_cpu_max(read_file(place->directory + "/cpu.max"));
  return parse_cfs(read_file(place->directory + "/cpu.cfs_quota_us"),
                   read_file(place->directory + "/cpu.cfs_period_us"));
}

}  // namespace

int usable_cpus() noexcept {
  for (int cpus = 1024; cpus <= 1 << 20; cpus *= 4) {  // the kernel refuses a mask shorter than its own
    cpu_set_t* mask = CPU_ALLOC(static_cast<std::size_t>(cpus));
    if (mask == nullptr) break;
    const std::size_t size = CPU_ALLOC_SIZE(static_cast<std::size_t>(cpus));
    const bool known = ::sched_getaffinity(0, size, mask) == 0;
    const int count = known ? CPU_COUNT_S(size, mask) : 0;
    CPU_FREE(mask);
    if (known) return std::max(count, 1);
    if (errno != EINVAL) break;
  }
  return static_cast<int>(std::max(::sysconf(_SC_NPROCESSORS_ONLN), 1L));
}

int default_parallelism() noexcept {
  try {
    return parallelism_of(usable_cpus(), quota_of_this_process());
  } catch (const std::bad_alloc&) {
    return usable_cpus();
  }
}

std::optional<cpu_quota> parse_cpu_max(std::string_view text) noexcept {
  const std::string_view quota = cut(text, ' ');
  return quota_of(number(quota), number(text));  // "max" is no number
}

std::optional<cpu_quota> parse_cfs(std::string_view quota, std::string_view period) noexcept {
  return quota_of(number(quota), number(period));
}

std::optional<cgroup_place> find_cgroup(std::string_view cgroup, std::string_view mountinfo) {
  const auto member = membership_of(cgroup);
  if (!member) return std::nullopt;
  while (!mountinfo.empty()) {
    if (auto directory = directory_in(cut(mountinfo, '\n'), *member)) {
      return cgroup_place{*std::move(directory), member->version};
    }
  }
  return std::nullopt;
}

int parallelism_of(int cpus, std::optional<cpu_quota> limit) noexcept {
  if (!limit) return cpus;
  const std::int64_t whole = limit->quota / limit->period + (limit->quota % limit->period != 0 ? 1 : 0);
  return static_cast<int>(std::min<std::int64_t>(cpus, std::max<std::int64_t>(whole, 2)));
}

}  // namespace weft::detail
