// SPDX-License-Identifier: Apache-2.0
//
// All goroutines, for a dump. Up to a hundred are shown one by one. More are counted by what they have in common: where
// they were started, their label, what they wait for, and the innermost functions but for the first, which is where in
// the scheduler they stopped. One of each kind is shown, the one that has waited longest. Naming a function costs more
// than walking a thousand stacks, so that comes last.
//
// A million goroutines lie in a million places, and the processor waits for the memory of each. So they are taken in
// batches: the records' stacks are asked for first, and walked when they have had time to come.
//
// The table of kinds is mapped for each dump, and comes from the kernel: the heap may be what is broken. There is room
// for some thousand kinds; what does not fit is counted. Without memory a small table is used that is always
// there, by one dump at a time; who comes second waits for nobody, and prints every goroutine.
//
// Memory ordering: as in dump.cpp.
#include <algorithm>
#include <iterator>

#include "base/report_buffer.hpp"
#include "os/arena_walk.hpp"
#include "os/fiber_annotations.hpp"
#include "os/pages.hpp"
#include "park/dump.hpp"
#include "park/registry.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {
namespace {

constexpr std::size_t most_frames = 50;
constexpr std::size_t telling_frames = 10;
constexpr std::size_t batch_size = 32;

struct kind {
  std::uint64_t hash;
  std::uint64_t count;  // 0: the place is empty
  std::uint32_t longest_ms;
  std::uint32_t shortest_ms;
  const goroutine* longest;  // the one that is shown
  std::uint64_t id;          // its number when it was counted
};

constexpr std::size_t spare_size = 256;
constexpr std::size_t table_size = 4096;
static_assert(table_size * sizeof(kind) <= large_page);

constinit kind spare_table[spare_size] = {};
word_lock spare_lock;

struct collection {
  kind* const kinds;
  const std::size_t size;
  const goroutine* here;
  std::uint32_t now_ms;
  std::size_t kind_count = 0;
  std::uint64_t uncounted = 0;  // for whose kind there is no room
  arena_walk walk{};
  goroutine* batch[batch_size] = {};
  std::size_t batched = 0;
};

void mix(std::uint64_t& hash, std::uint64_t value) noexcept {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15;
  hash ^= hash >> 29;
}

std::uint64_t hash_of(collection& all, const goroutine& g) noexcept {
  const auto state = g.state.load(memory_order_relaxed);
  std::uint64_t hash = static_cast<std::uint64_t>(state) + 1;
  if (state == goroutine_state::waiting) mix(hash, static_cast<std::uint64_t>(g.reason.load(memory_order_relaxed)));
  mix(hash, reinterpret_cast<std::uintptr_t>(g.file));
  mix(hash, g.line);
  mix(hash, reinterpret_cast<std::uintptr_t>(g.label));
  if (is_elsewhere(g)) {  // each is a kind of its own: where it is will be asked when it is shown
    mix(hash, g.id.load(memory_order_relaxed));
    return hash;
  }
  const stack bounds = g.self.bounds;
  if (bounds.top == nullptr) return hash;
  void* frames[telling_frames + most_parking_frames];
  const std::size_t n = all.walk.frames(g.self.at.pc, g.self.at.fp, bounds, frames, std::size(frames));
  const auto [first, end] = telling_part_of(frames, n);
  for (std::size_t i = first; i < end && i < first + telling_frames; ++i)
    mix(hash, reinterpret_cast<std::uintptr_t>(frames[i]));
  return hash;
}

void count(collection& all, const goroutine& g) noexcept {
  const std::uint64_t hash = hash_of(all, g);
  const std::uint32_t waited = waited_ms(g, all.now_ms);
  std::size_t at = hash % all.size;
  while (all.kinds[at].count != 0 && all.kinds[at].hash != hash) at = (at + 1) % all.size;
  kind& k = all.kinds[at];
  if (k.count == 0) {
    if (all.kind_count == all.size * 3 / 4) {
      ++all.uncounted;
      return;
    }
    ++all.kind_count;
    k = {hash, 0, 0, waited, nullptr, 0};
  }
  ++k.count;
  k.shortest_ms = std::min(k.shortest_ms, waited);
  if (k.longest == nullptr || waited > k.longest_ms) {
    k.longest = &g;
    k.longest_ms = waited;
    k.id = g.id.load(memory_order_relaxed);
  }
}

void count_batch(collection& all) noexcept {
  for (std::size_t i = 0; i < all.batched; ++i) {
    const auto* const frame = static_cast<const std::byte*>(all.batch[i]->self.at.fp);
    __builtin_prefetch(frame);
    __builtin_prefetch(frame + 64);
  }
  for (std::size_t i = 0; i < all.batched; ++i) count(all, *all.batch[i]);
  all.batched = 0;
}

void collect(void* arg, goroutine& g) {
  auto& all = *static_cast<collection*>(arg);
  if (&g == all.here) return;
  all.batch[all.batched++] = &g;
  if (all.batched == batch_size) count_batch(all);
}

void print_kind(report_buffer& out, const kind& k, std::uint32_t now_ms, naming style) noexcept {
  const goroutine& g = *k.longest;
  void* frames[most_frames];
  const std::size_t n = frames_of(g, frames, most_frames);
  print_header(out, g, now_ms);
  if (n == 0 && is_elsewhere(g)) out.print("    (on another thread, which does not answer)\n");
  print_frames(out, frames, n, style);
  out.print("  started at %s:%u\n", g.file, g.line);
  if (k.count < 2) return;
  out.print("  and %llu more like it", static_cast<unsigned long long>(k.count - 1));
  if (k.longest_ms != 0) out.print(", waiting for %u ms and more", k.shortest_ms);
  out.print("\n");
}

void print_kinds(int fd, collection& all, naming style) noexcept {
  count_batch(all);
  kind* const begin = all.kinds;
  kind* const end = std::remove_if(begin, begin + all.size, [](const kind& k) { return k.count == 0; });
  std::sort(begin, end,
            [](const kind& a, const kind& b) { return a.count != b.count ? a.count > b.count : a.id < b.id; });
  report_buffer out(fd);
  for (const kind* k = begin; k != end; ++k) print_kind(out, *k, all.now_ms, style);
  if (all.uncounted != 0) {
    out.print("\nand %llu goroutines of further kinds\n", static_cast<unsigned long long>(all.uncounted));
  }
}

struct singles {
  int fd;
  const goroutine* here;
  std::uint32_t now_ms;
  naming style;
};

void print_single(void* arg, goroutine& g) {
  const auto& all = *static_cast<const singles*>(arg);
  if (&g != all.here) print_goroutine(all.fd, g, false, all.now_ms, all.style);
}

std::size_t count_all() noexcept {
  std::size_t n = 0;
  for_each_goroutine([](void* arg, goroutine&) { ++*static_cast<std::size_t*>(arg); }, &n);
  return n;
}

}  // namespace

void print_goroutines(int fd, goroutine* here, std::uint32_t now_ms, naming style) noexcept {
  const runtime_section inside;
  if (here != nullptr) print_goroutine(fd, *here, true, now_ms, style);
  const bool many = count_all() > most_shown_each;
  std::byte* const memory = many ? map_large_page() : nullptr;
  const bool spare = many && memory == nullptr && spare_lock.try_lock();
  if (memory == nullptr && !spare) {
    singles all{fd, here, now_ms, style};
    for_each_goroutine(print_single, &all);
    return;
  }
  if (spare) std::fill_n(spare_table, spare_size, kind{});
  collection all{spare ? spare_table : reinterpret_cast<kind*>(memory), spare ? spare_size : table_size, here, now_ms};
  for_each_goroutine(collect, &all);
  print_kinds(fd, all, style);
  if (spare)
    spare_lock.unlock();
  else
    unmap_large_page(memory);
}

}  // namespace weft::detail
