// SPDX-License-Identifier: Apache-2.0
//
// One request at a time, in a static place, because a thread may answer long after nobody waits any more.
//
//   free -> asked      who asks: everything else in the request is written before
//   asked -> answering the handler, on the thread that is meant; nobody else writes now
//   answering -> done  the handler
//   asked -> free      who asks, when it has waited enough: a handler that comes now finds nothing to do
//   done -> free       who asks, when it has read the answer
// Who asks and finds `answering` waits for `done`: the handler does not wait for anything. If even that does not come,
// because the thread gets no processor, the place is left as it is, and whoever asks next frees it when it is done.
//
// Memory ordering: `state` is seq_cst: this is rare. The rest of the request is plain and handed over by it.
#include "os/capture.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "os/clock.hpp"
#include "os/fiber_annotations.hpp"
#include "os/futex.hpp"
#include "os/walk.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {
namespace {

constexpr std::uint32_t nobody = 0, asked = 1, answering = 2, done = 3;
constexpr std::size_t most_frames = 50;

struct request {
  int thread;
  std::byte* low;
  std::byte* high;
  std::size_t count;
  void* frames[most_frames];
};

word_lock askers;  // one at a time
atomic<std::uint32_t> state{nobody};
atomic<int> whom{0};  // the thread that is meant; the handler looks at it first
request the_request;

struct registers {
  void* pc;
  void* fp;
  std::byte* sp;
};

registers registers_of(void* context) noexcept {
  const auto& machine = static_cast<ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return {reinterpret_cast<void*>(machine.gregs[REG_RIP]), reinterpret_cast<void*>(machine.gregs[REG_RBP]),
          reinterpret_cast<std::byte*>(machine.gregs[REG_RSP])};
#else
  return {reinterpret_cast<void*>(machine.pc), reinterpret_cast<void*>(machine.regs[29]),
          reinterpret_cast<std::byte*>(machine.sp)};
#endif
}

void on_signal(int, siginfo_t*, void* context) {
  const int saved = errno;
  std::uint32_t expected = asked;
  if (whom.load() == this_thread_id() && state.compare_exchange_strong(expected, answering)) {
    const registers at = registers_of(context);
    request& r = the_request;
    const bool on_it = at.sp >= r.low && at.sp < r.high;
    r.count = on_it ? walk_frames(at.pc, at.fp, std::max(at.sp, r.low), r.high, r.frames, most_frames) : 0;
    state.store(done);
    futex_wake(state, 1);
  }
  errno = saved;
}

int signal_number() noexcept { return SIGRTMAX - 2; }

/// Valgrind's tools do not survive a signal on a thread that has switched stacks.
bool is_emulated() noexcept {
  const char* const preloaded = std::getenv("LD_PRELOAD");
  return preloaded != nullptr && std::strstr(preloaded, "vgpreload") != nullptr;
}

/// False: the program has a use of its own for it. Under ThreadSanitizer the thread's errno, which a handler keeps,
/// would seem to be shared by its fibers.
bool install() noexcept {
  static const bool emulated = is_emulated();
  if (emulated || tsan_on) return false;
  struct sigaction current {};
  if (::sigaction(signal_number(), nullptr, &current) != 0) return false;
  if ((current.sa_flags & SA_SIGINFO) != 0) return current.sa_sigaction == on_signal;
  if (current.sa_handler != SIG_DFL) return false;
  struct sigaction action {};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  return ::sigaction(signal_number(), &action, nullptr) == 0;
}

/// By the kernel: neither asleep nor stopped.
bool is_running(int thread) noexcept {
  char path[48];
  std::snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
  char text[512];
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  const ssize_t length = file < 0 ? 0 : ::read(file, text, sizeof text - 1);
  if (file >= 0) ::close(file);
  if (length <= 0) return false;
  text[length] = '\0';
  const char* const name_end = std::strrchr(text, ')');
  return name_end != nullptr && name_end[1] == ' ' && name_end[2] == 'R';
}

/// Until the state is no longer `from`, or the time is up.
void await(std::uint32_t from, std::int64_t patience) noexcept {
  const std::int64_t give_up = monotonic_ns() + patience;
  while (state.load() == from) {
    const std::int64_t left = give_up - monotonic_ns();
    if (left <= 0) return;
    futex_wait(state, from, left);
  }
}

/// Under `askers`; the state is nobody.
std::size_t ask(int thread, const stack& bounds, void** out, std::size_t n, std::int64_t patience) noexcept {
  the_request.low = bounds.low();
  the_request.high = bounds.top;
  whom.store(thread);
  state.store(asked);
  if (::syscall(SYS_tgkill, ::getpid(), thread, signal_number()) == 0) await(asked, patience);
  std::uint32_t expected = asked;
  if (state.compare_exchange_strong(expected, nobody)) return 0;
  await(answering, patience);
  if (state.load() != done) return 0;
  const std::size_t count = std::min(the_request.count, n);
  std::copy_n(the_request.frames, count, out);
  state.store(nobody);
  return count;
}

}  // namespace

int this_thread_id() noexcept { return static_cast<int>(::syscall(SYS_gettid)); }

std::size_t capture_frames(int thread, const stack& bounds, capture whom_to_ask, void** out, std::size_t n,
                           std::int64_t patience) noexcept {
  const int saved = errno;
  std::size_t count = 0;
  if (thread > 0 && bounds.top != nullptr && askers.try_lock()) {
    std::uint32_t late = done;
    state.compare_exchange_strong(late, nobody);  // of an earlier request that nobody waits for any more
    const bool possible = state.load() == nobody && (whom_to_ask == capture::any || is_running(thread)) && install();
    if (possible) count = ask(thread, bounds, out, n, patience);
    askers.unlock();
  }
  errno = saved;
  return count;
}

}  // namespace weft::detail
