// SPDX-License-Identifier: Apache-2.0
//
// The last records of one writer, which anybody may copy while it goes on writing.
//
// The writer puts record n into slot n modulo the capacity and then counts it. Whoever copies reads the count, the
// records, and the count again: what the writer may have begun to overwrite meanwhile is left out. Nobody waits, nobody
// is locked out, so a report may copy the ring of a thread that has been stopped in the middle of a record.
//
// Memory ordering. The writer counts record n before it touches the slot of record n + 1. So whoever reads a word of
// record n + 1 must find, afterwards, a count of n + 1 at least: each word is released by its store and acquired by the
// load, and the count that is read afterwards cannot be older than the one before that store. The words of a record are
// released once more with the count, which pairs with the first load of it. On x86-64 all of these are plain moves. The
// model (test/model/ring_model.cpp) runs this code.
//
// Rejected: a sequence number in each record (Boehm 2012, "Can seqlocks get along with programming language memory
// models?"), which costs the writer two stores a record instead of one and tells no more; a fence between the count and
// the words, which ThreadSanitizer does not model.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "weft/detail/atomic.hpp"

namespace weft::detail {

template <std::size_t Words>
class record_ring {
 public:
  using record = std::array<std::uint64_t, Words>;
  using word = atomic<std::uint64_t>;

  /// `words` are capacity * Words, zero, and outlive the ring. The capacity is a power of two.
  record_ring(word* words, std::size_t capacity) noexcept : words_(words), capacity_(capacity) {}

  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  /// How many were ever written.
  [[nodiscard]] std::uint64_t written() const noexcept { return written_.load(memory_order_acquire); }

  /// By the one writer.
  void write(const record& r) noexcept {
    const std::uint64_t n = written_.load(memory_order_relaxed);  // only written here
    word* const slot = words_ + (n & (capacity_ - 1)) * Words;
    for (std::size_t i = 0; i < Words; ++i) slot[i].store(r[i], memory_order_release);  // pairs with copy()
    written_.store(n + 1, memory_order_release);                                        // pairs with copy()
  }

  /// Copies the newest records, `room` at most, the oldest of them first, and returns how many. `first` becomes the
  /// number of that one, counted from 0.
  std::size_t copy(record* out, std::size_t room, std::uint64_t& first) const noexcept {
    const std::uint64_t end = written_.load(memory_order_acquire);
    const std::uint64_t most = room < capacity_ ? room : capacity_;
    const std::uint64_t begin = end > most ? end - most : 0;
    for (std::uint64_t n = begin; n < end; ++n) {
      const word* const slot = words_ + (n & (capacity_ - 1)) * Words;
      for (std::size_t i = 0; i < Words; ++i) out[n - begin][i] = slot[i].load(memory_order_acquire);
    }
    const std::uint64_t now = written_.load(memory_order_relaxed);  // not older than what the loads above have acquired
    const std::uint64_t intact = now + 1 > capacity_ ? now + 1 - capacity_ : 0;
    first = intact <= begin ? begin : intact;
    if (intact <= begin) return end - begin;
    if (intact >= end) return 0;
    for (std::uint64_t n = intact; n < end; ++n) out[n - intact] = out[n - begin];
    return end - intact;
  }

 private:
  word* const words_;
  const std::size_t capacity_;
  atomic<std::uint64_t> written_{0};
};

}  // namespace weft::detail
