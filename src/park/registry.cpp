// SPDX-License-Identifier: Apache-2.0
//
// Slabs of records; see registry.hpp.
//
// Memory ordering: `newest_slab` is released when a slab is linked and acquired by for_each, which may run in another
// thread at the same time; a slab's contents before that point are its zero state (all free).
#include "park/registry.hpp"

#include <new>
#include <vector>

#include "weft/detail/panic.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {
namespace {

// 64 KiB less the link: small enough that a program with ten goroutines does not notice, large enough that a million
// of them take 2,500 allocations.
constexpr std::size_t slab_records = (64 * 1024 - 64) / sizeof(goroutine);

struct slab {
  slab* older = nullptr;
  goroutine records[slab_records];
};

struct record_store {
  word_lock lock;
  std::vector<goroutine*> free;        // under lock
  std::size_t fresh_left = 0;          // under lock: records of the newest slab that were never handed out
  atomic<slab*> newest_slab{nullptr};  // written under lock
  atomic<std::uint64_t> next_id{2};    // 1 is every run's main
};

record_store& store() noexcept {
  static auto* const only = new record_store;  // never destroyed: workers may outlive static destructors
  return *only;
}

/// A new slab, made without the lock: the first touch of its pages takes a while.
void add_slab(record_store& s) noexcept {
  slab* const added = new (std::nothrow) slab;
  if (added == nullptr) fatal("out of memory: cannot allocate goroutine records");
  s.lock.lock();
  added->older = s.newest_slab.load(memory_order_relaxed);  // only written under this lock
  for (; s.fresh_left > 0; --s.fresh_left) s.free.push_back(&added->older->records[slab_records - s.fresh_left]);
  s.newest_slab.store(added, memory_order_release);
  s.fresh_left = slab_records;
  s.lock.unlock();
}

std::size_t take_locked(record_store& s, goroutine** out, std::size_t n) noexcept {
  std::size_t taken = 0;
  for (; taken < n && !s.free.empty(); ++taken) {
    out[taken] = s.free.back();
    s.free.pop_back();
  }
  slab* const newest = s.newest_slab.load(memory_order_relaxed);  // only written under this lock
  for (; taken < n && s.fresh_left > 0; ++taken) out[taken] = &newest->records[slab_records - s.fresh_left--];
  return taken;
}

}  // namespace

std::size_t take_records(goroutine** out, std::size_t n) noexcept {
  record_store& s = store();
  for (;;) {
    s.lock.lock();
    const std::size_t taken = take_locked(s, out, n);
    s.lock.unlock();
    if (taken != 0) return taken;
    add_slab(s);
  }
}

void give_records(goroutine* const* records, std::size_t n) noexcept {
  record_store& s = store();
  s.lock.lock();
  s.free.insert(s.free.end(), records, records + n);
  s.lock.unlock();
}

void prepare_record(goroutine& g, std::uint64_t id, const start_options& options) noexcept {
  g.self.bounds = {nullptr, options.stack};
  g.custom_stack = options.stack != 0;
  g.on_segment = false;
  g.file = options.where.file;
  g.line = options.where.line;
  g.label = options.label;
  g.id.store(id, memory_order_relaxed);
  g.state.store(goroutine_state::fresh, memory_order_relaxed);
}

void discard(goroutine& g) noexcept {
  g.id.store(0, memory_order_relaxed);
  g.state.store(goroutine_state::free, memory_order_relaxed);
  goroutine* freed = &g;
  give_records(&freed, 1);
}

std::uint64_t take_ids(std::uint64_t n) noexcept { return store().next_id.fetch_add(n, memory_order_relaxed); }

void for_each_goroutine(void (*visit)(void* arg, goroutine& g), void* arg) {
  for (slab* s = store().newest_slab.load(memory_order_acquire); s != nullptr; s = s->older) {
    for (goroutine& g : s->records) {
      if (g.state.load(memory_order_relaxed) != goroutine_state::free) visit(arg, g);
    }
  }
}

}  // namespace weft::detail
