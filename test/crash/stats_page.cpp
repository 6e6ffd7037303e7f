// SPDX-License-Identifier: Apache-2.0
// guarantee: ME5
// sentence: another process reads the statistics of one that computes and answers nobody
// engines: sched
// expect-stdout: ^found it$
// expect-stdout: ^started at least 100: yes$
// expect-stdout: ^program crash_stats_pag
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "weft/metrics.hpp"
#include "weft/weft.hpp"

using namespace weft::detail;

/// The page of a process, or null.
const stats_head* map_page(pid_t pid) {
  const std::string directory = "/proc/" + std::to_string(pid) + "/fd";
  DIR* const all = opendir(directory.c_str());
  if (all == nullptr) return nullptr;
  const stats_head* found = nullptr;
  while (const dirent* each = readdir(all)) {
    const std::string path = directory + "/" + each->d_name;
    char target[256] = {};
    if (readlink(path.c_str(), target, sizeof target - 1) < 0) continue;
    if (std::strstr(target, "memfd:weft-stats") == nullptr) continue;
    const int fd = open(path.c_str(), O_RDONLY);
    void* const head = mmap(nullptr, sizeof(stats_head), PROT_READ, MAP_SHARED, fd, 0);
    if (head == MAP_FAILED) continue;
    const std::size_t bytes = static_cast<const stats_head*>(head)->bytes;
    void* const whole = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (whole != MAP_FAILED) found = static_cast<const stats_head*>(whole);
  }
  closedir(all);
  return found;
}

std::uint64_t total(const stats_head& head, stats_counter what) {
  std::uint64_t sum = 0;
  const auto* const base = reinterpret_cast<const char*>(&head) + head.lanes_at;
  for (std::uint64_t i = 0; i < head.lane_room; ++i) {
    if (i >= head.lanes.load() && i + 1 != head.lane_room) continue;
    const auto& lane = *reinterpret_cast<const stats_lane*>(base + i * head.lane_bytes);
    sum += lane.counters[static_cast<std::size_t>(what)].load();
  }
  return sum;
}

int look_at(pid_t pid) {
  const stats_head* const head = map_page(pid);
  if (head == nullptr || head->magic.load() != stats_magic || head->version != stats_version) return 1;
  std::puts("found it");
  std::printf("started at least 100: %s\n", total(*head, stats_counter::starts) >= 100 ? "yes" : "no");
  std::printf("program %s\n", head->program);
  std::fflush(stdout);
  return 0;
}

int main() {
  int ready[2];
  if (pipe(ready) != 0) return 1;
  const pid_t observed = getpid();
  const pid_t child = fork();
  if (child == 0) {
    char byte = 0;
    _exit(read(ready[0], &byte, 1) == 1 ? look_at(observed) : 2);
  }
  return weft::run([&] {
    weft::wait_group all;
    for (int i = 0; i < 200; ++i) all.go([] {});
    all.wait();
    if (write(ready[1], "x", 1) != 1) return 1;
    int status = 0;
    while (waitpid(child, &status, WNOHANG) == 0) continue;  // computes
    return WIFEXITED(status) ? WEXITSTATUS(status) : 3;
  });
}
