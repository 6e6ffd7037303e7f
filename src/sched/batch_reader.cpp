// SPDX-License-Identifier: Apache-2.0
//
// Memory ordering: `refused` is a hint, relaxed; who misses it is refused, too.
#include "sched/batch_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <new>

#include "park/abandon.hpp"
#include "park/goroutine.hpp"
#include "park/io_choice.hpp"
#include "park/watched.hpp"
#include "weft/detail/panic.hpp"

namespace weft::detail {

namespace {

constexpr std::size_t fewest = 4;
constexpr std::size_t smallest_share = 8;

atomic<bool> refused{false};

bool is_for_nobody(const waiter& who) noexcept {
  return is_of_goroutine(who) && is_abandoned(*static_cast<const goroutine*>(who.party));
}

wanted_read& wanted_at(const watched& place) noexcept { return *static_cast<wanted_read*>(place.node.slot); }

}  // namespace

bool batch_reader::has_ring() noexcept {
  if (ring_ != nullptr) return true;
  if (refused.load(memory_order_relaxed)) return false;
  int error = chosen_io().ring ? ENOMEM : ENOSYS;
  if (chosen_io().ring) {
    ring_.reset(new (std::nothrow) uring);
    if (ring_ != nullptr) error = ring_->open_for_thread(most_events);
  }
  if (error == 0) return true;
  ring_.reset();
  const bool passes = error == EMFILE || error == ENFILE || error == ENOMEM;
  if (!passes) refused.store(true, memory_order_relaxed);
  return false;
}

std::size_t batch_reader::push(const seated_readers& readers) noexcept {
  std::size_t pushed = 0;
  for (std::size_t i = 0; i < readers.n; ++i) {
    const watched& place = *readers.at[i];
    if (is_for_nobody(place.who)) continue;
    wanted_read& wanted = wanted_at(place);
    wanted.seen = changes_in({readers.at[i], 0}, readiness::readable);  // before it is done
    uring_request request;
    request.code = uring_code::receive;
    request.fd = place.fd;
    request.address = wanted.data;
    request.length = wanted.size;
    request.tag = i;
    if (!ring_->push(request)) break;
    ++pushed;
  }
  return pushed;
}

void batch_reader::take_results(const seated_readers& readers, std::size_t pushed) noexcept {
  uring_completion results[most_events];
  const std::size_t found = ring_->reap(results, pushed);
  if (found != pushed) panic("weft: io_uring has kept a receive that was not to wait");
  for (std::size_t i = 0; i < found; ++i) {
    wanted_read& wanted = wanted_at(*readers.at[results[i].tag]);
    wanted.value = results[i].result;
    wanted.done = wanted.value != -EAGAIN && wanted.value != -EINTR && wanted.value != -ECANCELED;
  }
}

void batch_reader::read_for(seated_readers& readers, std::size_t workers) noexcept {
  if (readers.n < fewest || !has_ring()) return;
  readers.n = std::min(readers.n, std::max(most_events / workers, smallest_share));
  for (std::size_t i = 0; i < readers.n; ++i) __builtin_prefetch(readers.at[i]->node.slot, 1);
  if (push(readers) == 0) return;
  const int taken = ring_->enter();
  ring_->withdraw();
  if (taken > 0) take_results(readers, static_cast<std::size_t>(taken));
}

}  // namespace weft::detail
