// SPDX-License-Identifier: Apache-2.0
//
// Edge-triggered, both directions at once: a descriptor is added when it is first waited for and never changed, so the
// steady state costs no epoll_ctl. The price: an event may report a direction that nobody waits for, and the engine
// must remember it.
//
// wake() writes to an eventfd that the set holds level-triggered; a wait that may last reads it empty. So a look in
// passing, which finds the event too, does not take it away from the one who sleeps. (An edge could be taken by such a
// look after the sleeper was woken and before it has run: the kernel then lets it sleep on.)
//
// epoll_pwait2 (Linux 5.11) takes nanoseconds; without it the time is rounded up to milliseconds, so that a deadline
// has passed when the wait is over.
#include "os/epoll.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <ctime>

#include "weft/detail/atomic.hpp"

namespace weft::detail {
namespace {

constexpr std::size_t batch = 128;  // events per system call; 1.5 KiB of a worker's stack

atomic<bool> has_pwait2{true};  // by whoever learns that the kernel has no such call

int wait_milliseconds(int set, epoll_event* events, int n, std::int64_t timeout_ns) noexcept {
  const std::int64_t rounded_up = timeout_ns / 1'000'000 + (timeout_ns % 1'000'000 != 0 ? 1 : 0);
  const int limit = timeout_ns < 0 ? -1 : rounded_up > INT_MAX ? INT_MAX : static_cast<int>(rounded_up);
  return ::epoll_wait(set, events, n, limit);
}

int wait_nanoseconds(int set, epoll_event* events, int n, std::int64_t timeout_ns) noexcept {
  const timespec limit{timeout_ns / 1'000'000'000, timeout_ns % 1'000'000'000};
  return static_cast<int>(::syscall(SYS_epoll_pwait2, set, events, n, &limit, nullptr, 0));
}

int wait_for_events(int set, epoll_event* events, int n, std::int64_t timeout_ns) noexcept {
  if (timeout_ns > 0 && has_pwait2.load(memory_order_relaxed)) {  // relaxed: a stale answer costs one more try
    const int count = wait_nanoseconds(set, events, n, timeout_ns);
    if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
    has_pwait2.store(false, memory_order_relaxed);  // pairs: the load above
  }
  return wait_milliseconds(set, events, n, timeout_ns);
}

constexpr std::uint64_t wake_tag = ~std::uint64_t{0};  // no descriptor's

poll_event translate(const epoll_event& event) noexcept {
  const std::uint32_t broken = event.events & (EPOLLERR | EPOLLHUP);
  return {event.data.u64, ((event.events & (EPOLLIN | EPOLLPRI | EPOLLRDHUP)) | broken) != 0,
          ((event.events & EPOLLOUT) | broken) != 0, ((event.events & (EPOLLPRI | EPOLLRDHUP)) | broken) != 0};
}

int control(int set, int what, int fd, std::uint64_t tag) noexcept {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = tag;
  return ::epoll_ctl(set, what, fd, &event) == 0 ? 0 : errno;
}

}  // namespace

epoll_set::~epoll_set() {
  if (set_ >= 0) ::close(set_);
  if (wake_ >= 0) ::close(wake_);
}

int epoll_set::open() noexcept {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = wake_tag;
  set_ = ::epoll_create1(EPOLL_CLOEXEC);
  wake_ = set_ >= 0 ? ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) : -1;
  if (wake_ >= 0 && ::epoll_ctl(set_, EPOLL_CTL_ADD, wake_, &event) == 0) return 0;
  const int error = errno;
  if (set_ >= 0) ::close(set_);
  if (wake_ >= 0) ::close(wake_);
  set_ = wake_ = -1;
  return error;
}

int epoll_set::add(int fd, std::uint64_t tag) noexcept { return control(set_, EPOLL_CTL_ADD, fd, tag); }

int epoll_set::renew(int fd, std::uint64_t tag) noexcept { return control(set_, EPOLL_CTL_MOD, fd, tag); }

int epoll_set::remove(int fd) noexcept {
  epoll_event unused{};
  return ::epoll_ctl(set_, EPOLL_CTL_DEL, fd, &unused) == 0 ? 0 : errno;
}

std::size_t epoll_set::wait(poll_event* out, std::size_t n, std::int64_t timeout_ns) noexcept {
  epoll_event events[batch];
  const int count = wait_for_events(set_, events, static_cast<int>(n < batch ? n : batch), timeout_ns);
  std::size_t written = 0;
  for (int i = 0; i < count; ++i) {
    if (events[i].data.u64 != wake_tag) {
      out[written++] = translate(events[i]);
    } else if (timeout_ns != 0) {
      std::uint64_t calls;
      [[maybe_unused]] const ssize_t result = ::read(wake_, &calls, sizeof calls);
    }
  }
  return written;
}

void epoll_set::wake() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t result = ::write(wake_, &one, sizeof one);
}

bool is_ready(int fd, bool to_write) noexcept {
  pollfd asked{fd, static_cast<short>(to_write ? POLLOUT : POLLIN), 0};
  return ::poll(&asked, 1, 0) > 0;
}

}  // namespace weft::detail
