// SPDX-License-Identifier: Apache-2.0
#include "os/thread.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>

#include "os/fault.hpp"
#include "os/fiber_annotations.hpp"
#include "weft/detail/atomic.hpp"

namespace weft::detail {
namespace {

/// What a new thread is told; made by the starter, deleted by the thread.
struct launch {
  void (*f)(void*);
  void* arg;
  char name[16];  // the kernel's limit, with the final zero
};

void* begin(void* passed) {
  auto* order = static_cast<launch*>(passed);
  const launch mine = *order;
  delete order;
  pthread_setname_np(pthread_self(), mine.name);
  mine.f(mine.arg);
  return nullptr;
}

/// Sanitizers keep their own frames and thread data on the stack.
constexpr std::size_t least_stack = asan_on || tsan_on ? 512 * 1024 : 0;

std::size_t rounded(std::size_t size) noexcept {
  const auto smallest = static_cast<std::size_t>(::sysconf(_SC_THREAD_STACK_MIN));
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  if (size < smallest) size = smallest;
  if (size < least_stack) size = least_stack;
  return (size + page - 1) / page * page;
}

}  // namespace

int start_thread(void (*f)(void* arg), void* arg, const char* name, std::size_t stack_size) noexcept {
  if (fault_due(fault::thread)) return EAGAIN;
  auto* order = new (std::nothrow) launch{f, arg, {}};
  if (order == nullptr) return ENOMEM;
  std::strncpy(order->name, name, sizeof order->name - 1);

  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error == 0) {
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, rounded(stack_size));
    pthread_t unused;
    error = pthread_create(&unused, &attributes, begin, order);
    pthread_attr_destroy(&attributes);
  }
  if (error != 0) delete order;
  return error;
}

namespace {

/// Set when io_uring has come into use.
atomic<bool> kernel_works{false};

/// Those that an uncounted_thread stands for. In a forked child there are none, but that one uses weft no more.
atomic<std::size_t> uncounted{0};

// The link count of the directory of threads: two for itself, one for each thread. Unlike a listing it needs no
// descriptor, of which a program may have none left.
std::optional<std::size_t> listed_threads() noexcept {
  struct stat tasks {};
  if (::stat("/proc/self/task", &tasks) != 0 || tasks.st_nlink < 3) return std::nullopt;
  return static_cast<std::size_t>(tasks.st_nlink) - 2;
}

/// Whether the kernel made this thread, to do what it was given by io_uring.
bool is_kernels(int tasks, const char* id) noexcept {
  char path[32], name[8] = {};
  std::snprintf(path, sizeof path, "%.16s/comm", id);
  const int file = ::openat(tasks, path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t n = ::read(file, name, sizeof name - 1);
  ::close(file);
  return n > 0 && std::strncmp(name, "iou-wrk", 7) == 0;
}

std::size_t kernel_threads() noexcept {
  DIR* const tasks = ::opendir("/proc/self/task");
  if (tasks == nullptr) return 0;
  std::size_t n = 0;
  while (const dirent* const each = ::readdir(tasks)) {
    if (each->d_name[0] != '.' && is_kernels(::dirfd(tasks), each->d_name)) ++n;
  }
  ::closedir(tasks);
  return n;
}

}  // namespace

// The kernel's own threads come only while something is under way, and go by themselves. If their going changes the
// count meanwhile, the answer is the one that is too high: then nobody is taken for asleep.
// Likewise an uncounted thread is asked for before it is listed, so that it is counted rather twice than never.
std::optional<std::size_t> process_threads(std::size_t expected) noexcept {
  const std::size_t left_out = uncounted.load();
  const std::optional<std::size_t> before = listed_threads();
  if (!before.has_value()) return std::nullopt;
  if (*before <= expected + left_out || !kernel_works.load()) return *before - left_out;
  const std::size_t of_kernel = kernel_threads();
  return (listed_threads() == before ? *before - of_kernel : *before) - left_out;
}

uncounted_thread::uncounted_thread() noexcept { uncounted.fetch_add(1); }
uncounted_thread::~uncounted_thread() { uncounted.fetch_sub(1); }

void leave_out_kernel_threads() noexcept { kernel_works.store(true); }

void on_fork_child(void (*f)()) noexcept { pthread_atfork(nullptr, nullptr, f); }

}  // namespace weft::detail
