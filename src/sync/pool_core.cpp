// SPDX-License-Identifier: Apache-2.0
//
// Go's sync.Pool without its garbage collector. There, each processor has a private object and a queue that others may
// steal from, and every collection drops what has survived two of them untouched. Here:
//
//   places   one object for each worker, by the number of its token (lane()). A place is an atomic pointer that is
//            exchanged: so it does not matter that the number is a hint, that a goroutine may lose its token between
//            asking for the number and using it, or that two workers share a place.
//   list     last in, first out, under a lock: what did not fit a place, and all that foreign threads bring.
//   sweep    every pool_period: what was `old_` is destroyed, what was `fresh_` becomes old, and what lies in places
//            is put with the fresh ones. Taking prefers fresh ones, so that the surplus of a burst grows old.
//
// Nobody is woken for a sweep: a timer would keep an idle program from resting, and hide a deadlock. It is made by a
// call that finds the period over. The clock is looked at when the list is used, and at every 256th use of a place.
//
// Objects are destroyed after the lock is free and out of reach of everybody else: their destructors may block, and may
// use the pool.
//
// The vectors have room for all that they may ever hold: nothing is allocated under the lock.
//
// Memory ordering: an object is exchanged into its place with release and out of it with acquire, the one pairs with
// the other. `visits` is a hint: relaxed.
#include "weft/detail/pool_core.hpp"

#include <utility>

#include "weft/runtime.hpp"

namespace weft::detail {

namespace {

constexpr std::uint32_t visits_per_look = 256;

}  // namespace

pool_core::pool_core(std::size_t most, dropper drop)
    : most_(most),
      drop_(drop),
      place_count_(static_cast<std::size_t>(num_cpu())),
      places_(std::make_unique<place[]>(place_count_)),
      swept_(now()) {
  fresh_.reserve(most_ + place_count_);
  old_.reserve(most_ + place_count_);
}

/// Null for a foreign thread.
pool_core::place* pool_core::own_place() noexcept {
  const std::uint32_t number = lane();
  return number == no_lane ? nullptr : &places_[number % place_count_];
}

void* pool_core::take() {
  place* const here = own_place();
  if (here != nullptr) {
    if (void* const object = here->object.exchange(nullptr, memory_order_acquire); object != nullptr) return object;
  }
  void* object = nullptr;
  lock_.lock();
  for (std::vector<void*>* const list : {&fresh_, &old_}) {
    if (object != nullptr || list->empty()) continue;
    object = list->back();
    list->pop_back();
  }
  lock_.unlock();
  return object;
}

void pool_core::keep(void* object) {
  if (place* const here = own_place(); here != nullptr) {
    void* nothing = nullptr;
    if (here->object.compare_exchange_strong(nothing, object, memory_order_release, memory_order_relaxed)) {
      const std::uint32_t visits = here->visits.load(memory_order_relaxed) + 1;
      here->visits.store(visits, memory_order_relaxed);
      if (visits % visits_per_look == 0) look_at_clock();
      return;
    }
  }
  lock_.lock();
  const bool kept = fresh_.size() + old_.size() < most_;
  if (kept) fresh_.push_back(object);
  lock_.unlock();
  if (!kept) drop_(object);
  look_at_clock();
}

/// Sweeps if it is time.
void pool_core::look_at_clock() {
  const nanoseconds time = now();
  lock_.lock();
  const bool due = time - swept_ >= pool_period;
  if (due) swept_ = time;
  lock_.unlock();
  if (!due) return;
  std::vector<void*> unused;
  unused.reserve(most_ + place_count_);
  lock_.lock();
  unused.swap(old_);
  old_.swap(fresh_);
  for (std::size_t i = 0; i < place_count_ && fresh_.size() + old_.size() < most_; ++i) {
    void* const object = places_[i].object.exchange(nullptr, memory_order_acquire);
    if (object != nullptr) fresh_.push_back(object);
  }
  lock_.unlock();
  drop_all(unused);
}

void pool_core::clear() {
  std::vector<void*> all;
  all.reserve(2 * (most_ + place_count_));
  lock_.lock();
  all.insert(all.end(), fresh_.begin(), fresh_.end());
  all.insert(all.end(), old_.begin(), old_.end());
  fresh_.clear();
  old_.clear();
  lock_.unlock();
  for (std::size_t i = 0; i < place_count_; ++i) {
    void* const object = places_[i].object.exchange(nullptr, memory_order_acquire);
    if (object != nullptr) all.push_back(object);
  }
  drop_all(all);
}

std::size_t pool_core::size() const {
  lock_.lock();
  std::size_t n = fresh_.size() + old_.size();
  lock_.unlock();
  for (std::size_t i = 0; i < place_count_; ++i) n += places_[i].object.load(memory_order_relaxed) != nullptr ? 1 : 0;
  return n;
}

void pool_core::drop_all(const std::vector<void*>& objects) const {
  for (void* const object : objects) drop_(object);
}

}  // namespace weft::detail
