// SPDX-License-Identifier: Apache-2.0
//
// All goroutine records there are: slabs of records, never freed, and the free ones among them.
//
// Workers keep small caches of free records and come here for a batch, so the lock is taken once in many starts.
// Slabs are linked newest first and never unlinked: for_each may run at any time, without a lock, beside everything.
//
// Free records are kept in an array, not in a list through the records: taking one from a list waits for a cache miss
// on the record before the next one is known; from an array the processor fetches many at once.
//
// Rejected: operator new for each record. It costs 20 ns and a free to match, gives no way to enumerate, and a stale
// pointer to a freed record would be undefined behaviour instead of a record with another id.
#pragma once

#include <cstddef>
#include <cstdint>

#include "park/goroutine.hpp"

namespace weft::detail {

/// Writes up to `n` free records to `out`, at least one, and returns how many. Ends the process when there is none.
std::size_t take_records(goroutine** out, std::size_t n) noexcept;

/// Gives back free records.
void give_records(goroutine* const* records, std::size_t n) noexcept;

/// The first of `n` fresh goroutine ids, never handed out before.
[[nodiscard]] std::uint64_t take_ids(std::uint64_t n) noexcept;

/// Fills a record that is to start, from what its starter asks for. The callable is not touched.
void prepare_record(goroutine& g, std::uint64_t id, const start_options& options) noexcept;

/// Calls visit(arg, record) for every record that is not free, in slab order.
void for_each_goroutine(void (*visit)(void* arg, goroutine& g), void* arg);

/// Where a walk over all records is.
struct registry_cursor {
  const void* slab = nullptr;
  std::size_t index = 0;
};

/// The next record that is not free. Null after the last one, and then from the first one on again; records made
/// meanwhile may be left out.
[[nodiscard]] goroutine* next_goroutine(registry_cursor& at) noexcept;

}  // namespace weft::detail
