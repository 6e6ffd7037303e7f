// SPDX-License-Identifier: Apache-2.0
//
// Memory ordering: `refused` is a hint, relaxed; who misses it is refused, too.
#include "sched/batch_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <new>

#include "os/clock.hpp"
#include "os/fiber_annotations.hpp"
#include "park/io_choice.hpp"
#include "park/watched.hpp"
#include "weft/detail/panic.hpp"

namespace weft::detail {

namespace {

constexpr std::size_t fewest = 4;
constexpr std::size_t smallest_share = 8;
constexpr nanoseconds before_next_try = 1'000'000'000;

atomic<bool> refused{false};

/// Nobody in this process will ever have a ring.
bool is_for_good(int error) noexcept {
  return error == ENOSYS || error == EPERM || error == EINVAL || error == EOPNOTSUPP;
}

/// Nothing has been done: the one who wanted it finds out by himself.
bool is_open(std::int64_t value) noexcept {
  return value == -EAGAIN || value == -EINTR || value == -ECANCELED || value == -ENOMEM;
}

wanted_read& wanted_at(const watched& place) noexcept { return *static_cast<wanted_read*>(place.node.slot); }

}  // namespace

/// TSan and ASan do not see what such a receive writes.
bool batch_reader::has_ring() noexcept {
  if (ring_ != nullptr) return true;
  if (tsan_on || asan_on || !chosen_io().ring || refused.load(memory_order_relaxed)) return false;
  const nanoseconds time = monotonic_ns();
  if (time < next_try_) return false;
  ring_.reset(new (std::nothrow) uring);
  const int error = ring_ != nullptr ? ring_->open_for_thread(most_events) : ENOMEM;
  if (error == 0) return true;
  give_up(error);
  return false;
}

void batch_reader::give_up(int error) noexcept {
  ring_.reset();
  next_try_ = monotonic_ns() + before_next_try;
  if (is_for_good(error)) refused.store(true, memory_order_relaxed);
}

std::size_t batch_reader::push(const seated_readers& readers) noexcept {
  std::size_t pushed = 0;
  for (; pushed < readers.n; ++pushed) {
    const watched& place = *readers.at[pushed];
    wanted_read& wanted = wanted_at(place);
    wanted.seen = changes_in({readers.at[pushed], 0}, readiness::readable);  // before it is done
    uring_request request;
    request.code = uring_code::receive;
    request.fd = place.fd;
    request.address = wanted.data;
    request.length = wanted.size;
    request.tag = pushed;
    if (!ring_->push(request)) break;
  }
  return pushed;
}

void batch_reader::take_results(const seated_readers& readers, std::size_t taken) noexcept {
  uring_completion results[most_events];
  if (ring_->reap(results, taken) != taken) panic("weft: io_uring has kept a receive that was not to wait");
  for (std::size_t i = 0; i < taken; ++i) {
    wanted_read& wanted = wanted_at(*readers.at[results[i].tag]);
    wanted.value = results[i].result;
    wanted.done = !is_open(wanted.value);
  }
}

void batch_reader::read_for(seated_readers& readers, std::size_t workers) noexcept {
  if (readers.n < fewest || !has_ring()) return;
  readers.n = std::min(readers.n, std::max(most_events / workers, smallest_share));
  for (std::size_t i = 0; i < readers.n; ++i) __builtin_prefetch(readers.at[i]->node.slot, 1);
  const std::size_t pushed = push(readers);
  const int taken = ring_->enter();
  if (taken > 0) take_results(readers, static_cast<std::size_t>(taken));
  if (taken == static_cast<int>(pushed)) return;
  ring_->withdraw();
  if (taken < 0) give_up(-taken);
}

}  // namespace weft::detail
