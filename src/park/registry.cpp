// SPDX-License-Identifier: Apache-2.0
//
// Slabs of records; see registry.hpp.
//
// Memory ordering: `newest_slab` is released when a slab is linked and acquired by for_each, which may run in another
// thread at the same time; a slab's contents before that point are its zero state (all free).
#include "park/registry.hpp"

#include <new>

#include "weft/detail/panic.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {
namespace {

// 64 KiB: the largest multiple of the record that fits beside the link; small enough that a program with ten
// goroutines does not notice, large enough that a million of them take 3,000 allocations.
constexpr std::size_t slab_records = 340;

struct slab {
  slab* older = nullptr;
  goroutine records[slab_records];
};

struct record_store {
  word_lock lock;
  goroutine* free = nullptr;     // under lock
  std::size_t fresh_left = 0;    // under lock: records of the newest slab that were never handed out
  atomic<slab*> newest_slab{nullptr};
  atomic<std::uint64_t> next_id{2};  // 1 is every run's main
};

constinit record_store store;

goroutine* take_one_locked() noexcept {
  if (goroutine* g = store.free; g != nullptr) {
    store.free = g->next;
    return g;
  }
  if (store.fresh_left == 0) {
    slab* added = new (std::nothrow) slab;
    if (added == nullptr) return nullptr;
    added->older = store.newest_slab.load(memory_order_relaxed);  // only written under this lock
    store.newest_slab.store(added, memory_order_release);
    store.fresh_left = slab_records;
  }
  return &store.newest_slab.load(memory_order_relaxed)->records[slab_records - store.fresh_left--];
}

}  // namespace

goroutine* take_records(std::size_t n, std::size_t& taken) noexcept {
  goroutine* chain = nullptr;
  store.lock.lock();
  for (taken = 0; taken < n; ++taken) {
    goroutine* g = take_one_locked();
    if (g == nullptr) break;
    g->next = chain;
    chain = g;
  }
  store.lock.unlock();
  if (chain == nullptr) fatal("out of memory: cannot allocate a goroutine record");
  return chain;
}

void prepare_record(goroutine& g, std::uint64_t id, const start_options& options) noexcept {
  g.next = nullptr;
  g.stack_size = options.stack;
  g.custom_stack = options.stack != 0;
  g.file = options.where.file;
  g.line = options.where.line;
  g.label = options.label;
  g.id.store(id, memory_order_relaxed);
  g.state.store(goroutine_state::fresh, memory_order_relaxed);
}

void give_records(goroutine* first, goroutine* last) noexcept {
  store.lock.lock();
  last->next = store.free;
  store.free = first;
  store.lock.unlock();
}

std::uint64_t take_ids(std::uint64_t n) noexcept { return store.next_id.fetch_add(n, memory_order_relaxed); }

void for_each_goroutine(void (*visit)(void* arg, goroutine& g), void* arg) {
  for (slab* s = store.newest_slab.load(memory_order_acquire); s != nullptr; s = s->older) {
    for (goroutine& g : s->records) {
      if (g.state.load(memory_order_relaxed) != goroutine_state::free) visit(arg, g);
    }
  }
}

}  // namespace weft::detail
