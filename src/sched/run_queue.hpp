// SPDX-License-Identifier: Apache-2.0
//
// A token's queue of runnable goroutines: a ring of 256 and one slot that is taken first.
//
//   next_   the goroutine that was made runnable last (Go's runnext, reference W1, W5): it shares the waker's cache
//           lines, and two that hand messages to each other alternate here without touching the ring
//   ring_   first in, first out; what `next_` displaces goes to its end
//
// All of it is guarded by the token lock (token_lock.hpp): the code is that of a plain ring. The indices and the slot
// are atomic for one reason: a worker that searches looks at `size()` of every queue before it pays for the lock.
//
// Invariants
//   1. tail_ - head_ <= Capacity; entries [head_, tail_) modulo Capacity are the queue.
//   2. Only the holder of the token lock writes anything here.
//
// Memory ordering: all accesses are relaxed; the token lock orders them for those who hold it. size() is a guess that
// may be old: who finds a queue empty and wants to sleep looks again after a heavy fence (idle.hpp, step 3), which is
// also where a too old guess would matter.
//
// 256 slots, as in Go and tokio: 2 KiB, half of which moves at once when it overflows, so that the global queue's lock
// is taken once in 128 pushes. The capacity is a parameter so that the model checker can run it at 4.
#pragma once

#include <cstdint>
#include <type_traits>

#include "weft/detail/atomic.hpp"

namespace weft::detail {

template <class Item, class Slot = Item, std::uint32_t Capacity = 256>
class run_queue {
  static_assert((Capacity & (Capacity - 1)) == 0);

 public:
  /// Runnable goroutines here, the slot's included. From other threads a guess.
  [[nodiscard]] std::uint32_t size() const noexcept {
    return ring_size() + (next_.load(memory_order_relaxed) != Item{} ? 1 : 0);
  }

  [[nodiscard]] std::uint32_t ring_size() const noexcept {
    return tail_.load(memory_order_relaxed) - head_.load(memory_order_relaxed);
  }

  /// Puts an item into the slot and returns the one that was there, or none.
  [[nodiscard]] Item exchange_next(Item item) noexcept {
    const Item old = next_.load(memory_order_relaxed);
    next_.store(item, memory_order_relaxed);
    return old;
  }

  /// The slot's item, or none, without taking it; and puts one there in place of it.
  [[nodiscard]] Item next() const noexcept { return next_.load(memory_order_relaxed); }
  void set_next(Item item) noexcept { next_.store(item, memory_order_relaxed); }

  [[nodiscard]] Item take_next() noexcept {
    const Item item = next_.load(memory_order_relaxed);
    if (item != Item{}) next_.store(Item{}, memory_order_relaxed);
    return item;
  }

  /// False: the ring is full.
  [[nodiscard]] bool push_back(Item item) noexcept {
    const std::uint32_t tail = tail_.load(memory_order_relaxed);
    if (tail - head_.load(memory_order_relaxed) == Capacity) return false;
    ring_[tail & (Capacity - 1)] = item;
    tail_.store(tail + 1, memory_order_relaxed);
    return true;
  }

  /// Puts an item before the one that is `at` from the front, at most size of the ring. False: the ring is full.
  [[nodiscard]] bool insert(Item item, std::uint32_t at) noexcept {
    const std::uint32_t head = head_.load(memory_order_relaxed) - 1;
    if (tail_.load(memory_order_relaxed) - head > Capacity) return false;
    for (std::uint32_t i = 0; i < at; ++i) ring_[(head + i) & (Capacity - 1)] = ring_[(head + i + 1) & (Capacity - 1)];
    ring_[(head + at) & (Capacity - 1)] = item;
    head_.store(head, memory_order_relaxed);
    return true;
  }

  /// Where the ring begins and ends, in places that go round.
  [[nodiscard]] std::uint32_t front() const noexcept { return head_.load(memory_order_relaxed); }
  [[nodiscard]] std::uint32_t back() const noexcept { return tail_.load(memory_order_relaxed); }

  /// What stands, or has stood, at a place between front() and back() of some moment.
  [[nodiscard]] Item at(std::uint32_t place) const noexcept { return ring_[place & (Capacity - 1)]; }

  /// The oldest item of the ring, or none, without taking it.
  [[nodiscard]] Item first() const noexcept {
    const std::uint32_t head = head_.load(memory_order_relaxed);
    return head == tail_.load(memory_order_relaxed) ? Item{} : Item(ring_[head & (Capacity - 1)]);
  }

  /// The oldest item of the ring, or none.
  [[nodiscard]] Item pop_front() noexcept {
    const std::uint32_t head = head_.load(memory_order_relaxed);
    if (head == tail_.load(memory_order_relaxed)) return Item{};
    const Item item = ring_[head & (Capacity - 1)];
    if constexpr (std::is_pointer_v<Item>) fetch_ahead(head + 4);
    head_.store(head + 1, memory_order_relaxed);
    return item;
  }

  /// Takes the item if it is the slot's or, that being empty, the youngest of the ring.
  [[nodiscard]] bool take_if_last(Item item) noexcept {
    if (const Item slot = next_.load(memory_order_relaxed); slot != Item{}) {
      if (slot != item) return false;
      next_.store(Item{}, memory_order_relaxed);
      return true;
    }
    const std::uint32_t tail = tail_.load(memory_order_relaxed);
    if (tail == head_.load(memory_order_relaxed) || ring_[(tail - 1) & (Capacity - 1)] != item) return false;
    tail_.store(tail - 1, memory_order_relaxed);
    return true;
  }

  /// The youngest item but n, of more.
  [[nodiscard]] Item from_end(std::uint32_t n) const noexcept {
    return ring_[(tail_.load(memory_order_relaxed) - 1 - n) & (Capacity - 1)];
  }

  /// The youngest n items, at most 16, go behind the first `ahead`, in their order. There are at least n + ahead.
  void move_forward(std::uint32_t n, std::uint32_t ahead) noexcept {
    Item moved[16];
    const std::uint32_t tail = tail_.load(memory_order_relaxed) - n;
    for (std::uint32_t i = 0; i < n; ++i) moved[i] = ring_[(tail + i) & (Capacity - 1)];
    tail_.store(tail, memory_order_relaxed);
    const std::uint32_t head = head_.load(memory_order_relaxed) - n;
    for (std::uint32_t i = 0; i < ahead; ++i)
      ring_[(head + i) & (Capacity - 1)] = ring_[(head + i + n) & (Capacity - 1)];
    for (std::uint32_t i = 0; i < n; ++i) ring_[(head + ahead + i) & (Capacity - 1)] = moved[i];
    head_.store(head, memory_order_relaxed);
  }

  /// The item that is `from` from the front goes to where the one is that is `to` from there, before it.
  void bring_forward(std::uint32_t from, std::uint32_t to) noexcept {
    const std::uint32_t head = head_.load(memory_order_relaxed);
    const Item item = ring_[(head + from) & (Capacity - 1)];
    for (std::uint32_t i = from; i > to; --i)
      ring_[(head + i) & (Capacity - 1)] = ring_[(head + i - 1) & (Capacity - 1)];
    ring_[(head + to) & (Capacity - 1)] = item;
  }

  /// The youngest item of the ring, or none.
  [[nodiscard]] Item pop_back() noexcept {
    const std::uint32_t tail = tail_.load(memory_order_relaxed);
    if (tail == head_.load(memory_order_relaxed)) return Item{};
    tail_.store(tail - 1, memory_order_relaxed);
    return ring_[(tail - 1) & (Capacity - 1)];
  }

  /// Moves the older half of the ring (at least one, if there is one) into `out`, which holds Capacity / 2 items.
  std::uint32_t take_half(Item* out) noexcept {
    const std::uint32_t head = head_.load(memory_order_relaxed);
    const std::uint32_t n = (tail_.load(memory_order_relaxed) - head + 1) / 2;
    for (std::uint32_t i = 0; i < n; ++i) out[i] = ring_[(head + i) & (Capacity - 1)];
    head_.store(head + n, memory_order_relaxed);
    return n;
  }

 private:
  /// What is taken a little later, from a long queue, is cold by now: a stale slot costs nothing.
  void fetch_ahead(std::uint32_t at) const noexcept {
    const auto* const record = reinterpret_cast<const char*>(ring_[at & (Capacity - 1)]);
    __builtin_prefetch(record);
    __builtin_prefetch(record + 64);
    __builtin_prefetch(record + 128);
  }

  atomic<std::uint32_t> head_{0};
  atomic<std::uint32_t> tail_{0};
  atomic<Item> next_{Item{}};
  Slot ring_[Capacity]{};
};

}  // namespace weft::detail
