// SPDX-License-Identifier: Apache-2.0
//
// GOMAXPROCS while everything runs: more tokens go to the idle list; tokens too many are retired, which their workers
// notice when they look up (every 61st switch at the latest, or when the watchdog retakes the token) and then move the
// queue to the global one and go to rest without it. Nothing stops meanwhile.
//
// Invariants: tokens [0, made) exist for ever; [0, wanted) are in use, listed or taken; a token at or above `wanted` is
// retired and, once its worker has let go of it, put away. What is on its way from the list to a worker has no owner
// yet and is in no list, so its `place`, and not the owner, tells whether it may be listed.
//
// Memory ordering: a token is released into the table before `made` covers it; readers acquire `made`. `retired` and
// `attention` are hints that a worker sees at its next look up, relaxed.
#include "os/clock.hpp"
#include "os/cpu.hpp"
#include "park/dump.hpp"
#include "park/registry.hpp"
#include "sched/current.hpp"
#include "sched/engine.hpp"
#include "weft/detail/panic.hpp"
#include "weft/runtime.hpp"

#include <mutex>
#include <new>

namespace weft::detail {
namespace {

token& make_token(std::uint32_t index) {
  auto* t = new (std::nothrow) token;
  if (t == nullptr) fatal("out of memory: cannot allocate a worker token");
  t->index = index;
  t->lane = &lane_of_token(index);
  stats().lanes.store(index + 1, memory_order_relaxed);
  t->retired.store(true, memory_order_relaxed);      // until resize puts it to use
  the.tokens[index].store(t, memory_order_release);  // pairs with the readers of `made`
  the.made.store(index + 1, memory_order_release);
  return *t;
}

void put_to_use_locked(token& t) noexcept {
  t.retired.store(false, memory_order_relaxed);
  if (t.at != place::put_away) return;
  t.at = place::listed;
  t.next_idle = the.idle_tokens;
  the.idle_tokens = &t;
  the.idle.add_idle(1);
}

void retire_locked(token& t) noexcept {
  t.retired.store(true, memory_order_relaxed);
  if (t.at == place::listed) {
    token** at = &the.idle_tokens;
    while (*at != &t) at = &(*at)->next_idle;
    *at = t.next_idle;
    t.at = place::put_away;
    the.idle.add_idle(-1);
  } else if (worker* owner = t.owner.load(memory_order_relaxed); owner != nullptr) {
    owner->attention.store(true, memory_order_relaxed);
  }
}

}  // namespace

/// Returns the number before. With n == 0 nothing changes.
std::uint32_t resize(std::uint32_t n) {
  static word_lock one_at_a_time;
  const std::lock_guard guard(one_at_a_time);
  const std::uint32_t before = the.wanted.load(memory_order_relaxed);
  if (n == 0) return before;
  for (std::uint32_t i = the.made.load(memory_order_acquire); i < n; ++i) make_token(i);
  the.rest_lock.lock();
  the.wanted.store(n, memory_order_release);
  for (std::uint32_t i = 0; i < n; ++i) put_to_use_locked(*the.tokens[i].load(memory_order_relaxed));
  for (std::uint32_t i = n; i < before; ++i) retire_locked(*the.tokens[i].load(memory_order_relaxed));
  the.rest_lock.unlock();
  if (n > before && work_visible() && the.idle.worker_wanted()) wake_worker();
  return before;
}

}  // namespace weft::detail

namespace weft {

int gomaxprocs(int n) {
  if (n > static_cast<int>(detail::most_tokens)) {
    detail::panicf("gomaxprocs(%d): the most is %u", n, detail::most_tokens);
  }
  if (detail::the.made.load(detail::memory_order_acquire) == 0) detail::boot_outside("gomaxprocs()");
  return static_cast<int>(detail::resize(n >= 1 ? static_cast<std::uint32_t>(n) : 0));
}

int num_cpu() {
  static const int n = detail::usable_cpus();
  return n;
}

std::size_t num_goroutine() {
  const std::int64_t n = detail::live_goroutines();
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

void dump_goroutines(int fd) {
  const auto now_ms = static_cast<std::uint32_t>(detail::monotonic_ns() / 1'000'000);
  detail::print_goroutines(fd, detail::current(), now_ms);
}

}  // namespace weft
