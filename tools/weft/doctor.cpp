// SPDX-License-Identifier: Apache-2.0
//
// What of the kernel weft would use here, and what it would do without. Every facility is tried, because a sandbox may
// forbid what the kernel has. Each line: what, "yes" or "no", and what follows from it.
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "ask.hpp"
#include "commands.hpp"
#include "os/guard.hpp"
#include "os/uring.hpp"
#include "park/choices.hpp"

namespace weft_tool {
namespace {

void line(const char* what, bool there, const char* if_there, const char* otherwise) {
  std::printf("  %-28s %-4s %s\n", what, there ? "yes" : "no", there ? if_there : otherwise);
}

/// A call with nonsense arguments: it is there if the kernel finds fault with them, and not with the call.
bool answers(long result) { return result >= 0 || (errno != ENOSYS && errno != EPERM && errno != EACCES); }

bool has_membarrier() {
  const long known = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
  return known > 0 && (known & MEMBARRIER_CMD_PRIVATE_EXPEDITED) != 0;
}

bool has_pidfd() {
  const long fd = syscall(SYS_pidfd_open, getpid(), 0);
  if (fd >= 0) close(static_cast<int>(fd));
  return fd >= 0;
}

void kernel() {
  utsname name{};
  uname(&name);
  std::printf("kernel %s %s\n", name.release, name.machine);
  line("membarrier", has_membarrier(), "scheduling costs no locked instruction", "every switch pays a full fence");
  const bool marker = weft::detail::best_guard() == weft::detail::guard_kind::marker;
  line("guard markers", marker, "a stack costs no mapping", "two mappings a stack, of vm.max_map_count");
  weft::detail::uring ring;
  const int error = ring.open(8);
  line("io_uring", error == 0, "files need no thread", "files are read and written in threads (WEFT_IO=epoll)");
  if (error != 0) std::printf("  %-28s      %s\n", "", std::strerror(error));
  line("epoll_pwait2", answers(syscall(SYS_epoll_pwait2, -1, nullptr, 0, nullptr, nullptr, 0)),
       "deadlines are kept to the nanosecond", "deadlines are kept to the millisecond");
  line("pidfd_open", has_pidfd(), "children are waited for without a thread", "children are waited for in threads");
  std::uint32_t word = 0;
  const timespec no_time{0, 0};
  const long slept = syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &no_time, nullptr, 0);
  line("futex", slept == 0 || errno == ETIMEDOUT, "threads sleep and are woken", "weft cannot run here");
  const int file = static_cast<int>(syscall(SYS_memfd_create, "weft-doctor", 0));
  line("memfd_create", file >= 0, "weft ps and weft top see processes", "weft ps and weft top see nothing");
  if (file >= 0) close(file);
}

std::string first_line(const char* path) {
  std::ifstream in(path);
  std::string text;
  return std::getline(in, text) ? text : "?";
}

std::string text_of(rlim_t limit) { return limit == RLIM_INFINITY ? "no limit" : std::to_string(limit); }

void limits() {
  rlimit files{}, threads{};
  getrlimit(RLIMIT_NOFILE, &files);
  getrlimit(RLIMIT_NPROC, &threads);
  std::printf("limits\n");
  std::printf("  %-28s %s, can be raised to %s: a connection needs one\n", "open files",
              text_of(files.rlim_cur).c_str(), text_of(files.rlim_max).c_str());
  std::printf("  %-28s %s\n", "threads of the user", text_of(threads.rlim_cur).c_str());
  std::printf("  %-28s %s mappings\n", "vm.max_map_count", first_line("/proc/sys/vm/max_map_count").c_str());
  std::printf("  %-28s %s (0: guesses, 1: always, 2: never more than there is)\n", "vm.overcommit_memory",
              first_line("/proc/sys/vm/overcommit_memory").c_str());
  std::printf("  %-28s %s (above 0, gdb -p asks for root)\n", "kernel.yama.ptrace_scope",
              first_line("/proc/sys/kernel/yama/ptrace_scope").c_str());
}

}  // namespace

int doctor(pid_t pid) {
  process of;
  if (pid != 0 && !find(pid, of)) return 1;
  kernel();
  limits();
  if (pid == 0) {
    std::printf("a program that is started here would choose\n");
    std::fflush(stdout);
    weft::detail::print_choices(1);
    return 0;
  }
  const answer told = ask(of, "doctor");
  if (!told.given) return complain(told.text);
  std::printf("process %d (%s) has chosen\n%s", static_cast<int>(pid), of.name.c_str(),
              printable(told.text, true).c_str());
  return 0;
}

}  // namespace weft_tool
