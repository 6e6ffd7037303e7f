// SPDX-License-Identifier: Apache-2.0
//
// Engine sim: waiting for real descriptors. They are the one thing that virtual time cannot simulate, so when nothing
// is runnable and somebody waits for one, the kernel is asked; time jumps to a deadline, and foreign threads are
// listened to, only after the kernel has had `grace` to answer.
//
// An event wakes everybody who waits for that descriptor; who finds nothing waits again, as the contract of wait_fd
// allows. Edges that come while nobody waits are kept with the descriptor's registration, which is made anew by each
// wait, so that a wait after a lost edge is reported at once.
#include <cerrno>
#include <cstring>

#include "os/epoll.hpp"
#include "os/fiber_annotations.hpp"
#include "sim/engine.hpp"
#include "weft/detail/panic.hpp"

namespace weft::detail {
namespace {

constexpr std::int64_t grace = 5'000'000;

struct descriptor_wait {
  waiter self;
  timer_entry deadline;
  int fd = -1;
  readiness what = readiness::readable;
  bool timed_out = false;
};

atomic<epoll_set*> in_use{nullptr};  // by poller(), when it is open; read by signal handlers

struct open_set {
  epoll_set set;
  open_set() {
    if (const int error = set.open(); error != 0) fatalf("cannot make the poller: %s", std::strerror(error));
    in_use.store(&set);
  }
  ~open_set() { in_use.store(nullptr); }
};

epoll_set& poller() {
  static open_set opened;
  return opened.set;
}

}  // namespace

void sim_engine::break_poll() noexcept {
  if (epoll_set* const set = in_use.load(); set != nullptr) set->wake();
}

bool sim_engine::poll_descriptors() {
  if (descriptors_.empty()) return false;
  poll_event events[64];
  inbox_lock_.lock();
  const bool nothing_else = first_due() == nullptr;
  inbox_lock_.unlock();
  const std::size_t n = poller().wait(events, 64, nothing_else && !outsiders_may_act() ? -1 : grace);
  bool any = false;
  for (std::size_t i = 0; i < n; ++i) {
    const int fd = static_cast<int>(reinterpret_cast<std::intptr_t>(events[i].tag));
    for (std::size_t at = 0; at < descriptors_.size();) {
      fd_waiter found = descriptors_[at];
      const bool hit = found.fd == fd && (found.what == readiness::readable ? events[i].readable : events[i].writable);
      if (!hit) {
        ++at;
        continue;
      }
      descriptors_.erase(descriptors_.begin() + static_cast<std::ptrdiff_t>(at));
      any = true;
      if (found.who->claim()) ready(*found.who);
    }
  }
  return any;
}

fd_wait sim_engine::wait_fd(int fd, readiness what, nanoseconds deadline) {
  if (running_ == nullptr || !on_driver()) panic("wait_fd on a foreign thread: under sim only goroutines may wait");
  poller().remove(fd);
  const int error = poller().add(fd, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd)));
  if (error == EPERM) return fd_wait::unsupported;
  if (error != 0) panicf("wait_fd: cannot watch descriptor %d: %s", fd, std::strerror(error));
  descriptor_wait wait;
  wait.fd = fd;
  wait.what = what;
  wait.self.contended = true;
  wait.deadline.when = deadline;
  wait.deadline.arg = &wait;
  wait.deadline.claim = [](timer_entry& self) noexcept -> waiter* {
    auto& expired = *static_cast<descriptor_wait*>(self.arg);
    if (!expired.self.claim()) return nullptr;
    expired.timed_out = true;
    return &expired.self;
  };
  park(
      wait.self, wait_reason::io_wait, nullptr,
      [](void* arg) {
        const runtime_section inside;
        auto& w = *static_cast<descriptor_wait*>(arg);
        sim().descriptors_.push_back({&w.self, w.fd, w.what});
        if (w.deadline.when != never) sim().arm(w.deadline);
      },
      &wait);
  disarm(wait.deadline);
  std::erase_if(descriptors_, [&](const fd_waiter& other) { return other.who == &wait.self; });
  return wait.timed_out ? fd_wait::timed_out : fd_wait::ready;
}

}  // namespace weft::detail
