// SPDX-License-Identifier: Apache-2.0
//
// The clock of another thread's processor time has a number made from the thread's; this is how the C library's
// pthread_getcpuclockid makes it, and the kernel promises it (clock_getcpuclockid, CPUCLOCK_PERTHREAD).
//
// SIGPROF keeps its handler for ever: one that is still on its way when sampling stops would end the process.
//
// Memory ordering: `sample_now` is released when everything else is set, and acquired by handlers and new threads.
#include "os/sampler.hpp"

#include <dirent.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "weft/detail/atomic.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {

namespace {

constexpr std::size_t most_timers = 2048;

word_lock timers_lock;        // of what follows
timer_t timers[most_timers];  // the first timer_count are there
std::size_t timer_count = 0;
int rate = 0;

atomic<sample_function> sample_now{nullptr};  // read by handlers

void on_signal(int, siginfo_t*, void* context) {
  const int saved = errno;
  if (const sample_function sample = sample_now.load(memory_order_acquire); sample != nullptr) {
    const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
    sample(reinterpret_cast<void*>(machine.gregs[REG_RIP]), reinterpret_cast<void*>(machine.gregs[REG_RBP]));
#elif defined(__aarch64__)
    sample(reinterpret_cast<void*>(machine.pc), reinterpret_cast<void*>(machine.regs[29]));
#endif
  }
  errno = saved;
}

int add_timer_locked(pid_t thread) noexcept {
  if (timer_count == most_timers) return EAGAIN;
  constexpr clockid_t per_thread_cpu = 6;
  const auto clock = static_cast<clockid_t>((~static_cast<unsigned>(thread) << 3) | per_thread_cpu);
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = SIGPROF;
  event._sigev_un._tid = thread;
  timer_t& made = timers[timer_count];
  if (::timer_create(clock, &event, &made) != 0) return errno;
  itimerspec every{};
  every.it_interval.tv_nsec = 1'000'000'000 / rate;
  if (rate == 1) every.it_interval = {1, 0};
  every.it_value = every.it_interval;
  ::timer_settime(made, 0, &every, nullptr);
  ++timer_count;
  return 0;
}

int add_all_locked() noexcept {
  DIR* const tasks = ::opendir("/proc/self/task");
  if (tasks == nullptr) return errno;
  int first_error = 0;
  while (const dirent* const each = ::readdir(tasks)) {
    if (each->d_name[0] == '.') continue;
    const int error = add_timer_locked(static_cast<pid_t>(std::atoi(each->d_name)));
    if (error != 0 && error != EINVAL && first_error == 0) first_error = error;  // EINVAL: it has ended
  }
  ::closedir(tasks);
  return timer_count != 0 ? 0 : first_error;
}

void delete_timers_locked() noexcept {
  while (timer_count > 0) ::timer_delete(timers[--timer_count]);
}

}  // namespace

int start_sampling(int hz, sample_function sample) noexcept {
  timers_lock.lock();
  int error = rate != 0 ? EBUSY : 0;
  if (error == 0) {
    rate = hz;
    struct sigaction action {};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    ::sigaction(SIGPROF, &action, nullptr);
    sample_now.store(sample, memory_order_release);  // pairs with the handler
    error = add_all_locked();
    if (error != 0) {
      sample_now.store(nullptr, memory_order_release);
      rate = 0;
    }
  }
  timers_lock.unlock();
  return error;
}

void stop_sampling() noexcept {
  timers_lock.lock();
  sample_now.store(nullptr, memory_order_release);
  delete_timers_locked();
  rate = 0;
  timers_lock.unlock();
}

void join_sampling() noexcept {
  if (sample_now.load(memory_order_acquire) == nullptr) return;
  timers_lock.lock();
  if (rate != 0) static_cast<void>(add_timer_locked(static_cast<pid_t>(::syscall(SYS_gettid))));
  timers_lock.unlock();
}

}  // namespace weft::detail
