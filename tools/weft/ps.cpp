// SPDX-License-Identifier: Apache-2.0
#include <pwd.h>
#include <unistd.h>

#include <cstdio>

#include "commands.hpp"
#include "page.hpp"

namespace weft_tool {
namespace {

std::string user(uid_t uid) {
  const passwd* const found = getpwuid(uid);
  return found != nullptr ? found->pw_name : std::to_string(uid);
}

}  // namespace

int complain(const std::string& sentence) {
  std::fprintf(stderr, "weft: %s\n", sentence.c_str());
  return 1;
}

bool find(pid_t pid, process& found) {
  if (!look_up(pid, found)) {
    complain("there is no process " + std::to_string(pid));
    return false;
  }
  if (!found.page.empty() || !found.socket.empty()) return true;
  const bool foreign = found.uid != geteuid() && geteuid() != 0;
  complain("process " + std::to_string(pid) + " (" + found.name + ") " +
           (foreign ? "belongs to " + user(found.uid) + ": only that user and root may look into it"
                    : "has no weft in it, or has not started it yet"));
  return false;
}

int ps() {
  std::printf("%7s  %-10s %-16s %10s %5s %8s  %-8s %s\n", "PID", "USER", "PROGRAM", "GOROUTINES", "PROCS", "THREADS",
              "SOCKET", "LAST LOOK");
  for (const process& each : all_processes()) {
    std::string why;
    const auto opened = page::open(each, why);
    std::string goroutines = "-", procs = "-", threads = "-", look = "-";
    if (opened) {
      const snapshot now = opened->take();
      goroutines = std::to_string(now.goroutines);
      procs = std::to_string(now.gomaxprocs);
      threads = std::to_string(now.threads);
      if (now.looked_ns != 0 && now.looked_ns <= now.at_ns) look = duration(now.at_ns - now.looked_ns) + " ago";
    }
    std::printf("%7d  %-10s %-16s %10s %5s %8s  %-8s %s\n", static_cast<int>(each.pid), user(each.uid).c_str(),
                each.name.c_str(), goroutines.c_str(), procs.c_str(), threads.c_str(),
                each.socket.empty() ? "no" : "listens", look.c_str());
  }
  return 0;
}

}  // namespace weft_tool
