// SPDX-License-Identifier: Apache-2.0
//
// Slabs of records; see registry.hpp.
//
// The first slabs are 64 KiB, so that a program with ten goroutines does not notice; once there are some thousand
// goroutines a slab is a large page, because half of what a new goroutine costs is the first touch of its memory.
//
// Memory ordering: `newest_slab` is released when a slab is linked and acquired by for_each, which may run in another
// thread at the same time; a slab's contents before that point are its zero state (all free).
#include "park/registry.hpp"

#include <cstdint>
#include <cstdlib>
#include <new>

#include "os/fiber_annotations.hpp"
#include "os/pages.hpp"
#include "park/record_stack.hpp"
#include "weft/detail/panic.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {
namespace {

constexpr std::size_t small_slab = std::size_t{64} * 1024;
constexpr std::size_t small_slabs = 16;  // 6,500 goroutines

/// In memory that was zero: a record that was not handed out yet has the bytes of `free` and id 0.
struct alignas(64) slab {
  slab* older = nullptr;
  std::size_t count = 0;

  [[nodiscard]] goroutine* records() noexcept { return reinterpret_cast<goroutine*>(this + 1); }
};

constexpr std::size_t records_in(std::size_t bytes) { return (bytes - sizeof(slab)) / sizeof(goroutine); }

static_assert(static_cast<int>(goroutine_state::free) == 0 && sizeof(slab) % alignof(goroutine) == 0);

struct record_store {
  word_lock lock;
  record_stack free;                   // under lock
  std::size_t fresh_left = 0;          // under lock: records of the newest slab that were never handed out
  std::size_t slabs = 0;               // under lock
  atomic<slab*> newest_slab{nullptr};  // written under lock
  atomic<std::uint64_t> next_id{2};    // 1 is every run's main
};

record_store& store() noexcept {
  static auto* const only = new record_store;  // never destroyed: workers may outlive static destructors
  return *only;
}

goroutine* next_fresh_locked(record_store& s) noexcept {
  slab& newest = *s.newest_slab.load(memory_order_relaxed);  // only written under this lock
  return ::new (&newest.records()[newest.count - s.fresh_left--]) goroutine;
}

void give_locked(record_store& s, goroutine* record) noexcept {
  if (!s.free.push(record)) fatal("out of memory: cannot keep a goroutine's record");
}

/// A new slab, made without the lock: a system call and the first touch take a while.
void add_slab(record_store& s, bool large) noexcept {
  void* const memory = large ? map_large_page() : std::calloc(1, small_slab + alignof(slab));
  if (memory == nullptr) fatal("out of memory: cannot allocate goroutine records");
  if (large) keep_reachable(static_cast<const std::byte*>(memory), large_page);
  const auto at = (reinterpret_cast<std::uintptr_t>(memory) + alignof(slab) - 1) / alignof(slab) * alignof(slab);
  slab* const added = ::new (reinterpret_cast<void*>(at)) slab;
  added->count = records_in(large ? large_page : small_slab);
  s.lock.lock();
  while (s.fresh_left > 0) give_locked(s, next_fresh_locked(s));
  added->older = s.newest_slab.load(memory_order_relaxed);  // only written under this lock
  s.newest_slab.store(added, memory_order_release);
  s.fresh_left = added->count;
  ++s.slabs;
  s.lock.unlock();
}

std::size_t take_locked(record_store& s, goroutine** out, std::size_t n) noexcept {
  std::size_t taken = 0;
  for (; taken < n; ++taken) {
    goroutine* const freed = s.free.pop();
    if (freed == nullptr) break;
    out[taken] = freed;
  }
  for (; taken < n && s.fresh_left > 0; ++taken) out[taken] = next_fresh_locked(s);
  return taken;
}

}  // namespace

std::size_t take_records(goroutine** out, std::size_t n) noexcept {
  record_store& s = store();
  for (;;) {
    s.lock.lock();
    const std::size_t taken = take_locked(s, out, n);
    const bool large = s.slabs >= small_slabs;
    s.lock.unlock();
    if (taken != 0) return taken;
    add_slab(s, large);
  }
}

void give_records(goroutine* const* records, std::size_t n) noexcept {
  record_store& s = store();
  s.lock.lock();
  for (std::size_t i = 0; i < n; ++i) give_locked(s, records[i]);
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
    for (std::size_t i = 0; i < s->count; ++i) {
      goroutine& g = s->records()[i];
      if (g.state.load(memory_order_relaxed) != goroutine_state::free) visit(arg, g);
    }
  }
}

goroutine* next_goroutine(registry_cursor& at) noexcept {
  auto* s = static_cast<slab*>(const_cast<void*>(at.slab));
  if (s == nullptr) s = store().newest_slab.load(memory_order_acquire);
  for (; s != nullptr; s = s->older, at.index = 0) {
    while (at.index < s->count) {
      goroutine& g = s->records()[at.index++];
      if (g.state.load(memory_order_relaxed) == goroutine_state::free) continue;
      at.slab = s;
      return &g;
    }
  }
  at = {};
  return nullptr;
}

}  // namespace weft::detail
