// SPDX-License-Identifier: Apache-2.0
//
// The arena: slots of stack_stride bytes in large regions of reserved address space.
//
//   region:  | slot 0 | slot 1 | ...          regions of 16 MiB, 32 MiB, ... up to 1 GiB each, aligned to the stride
//   slot:    | guard | usable bytes ...... | colour |      top is below the colour
//
// The colour: slots are a power of two apart, so without it the hot line of every stack would fall into the same few
// sets of the cache. Slot i ends (i mod 16) * 128 bytes lower (128: adjacent-line prefetch), which costs no page.
//
// A slot is fresh (never handed out), in use, warm (given back, its memory kept) or cold (given back, trimmed).
//   fresh -> in use    take: the region's next slot gets its guard
//   in use -> warm     give
//   warm -> in use     take: the one given last first, its top page is still in the cache
//   warm -> cold       trim
//   cold -> in use     take, when none is warm
// There is no way back to fresh: regions are never unmapped, and guards stay where they are (MADV_DONTNEED keeps them).
//
// Invariants
//   1. A slot is found from any address in it by rounding down to the stride: its guard is there.
//   2. Slots from number `first_canary` on, in the order in which they became used, have a canary for a guard, all
//      others a real one.
//   3. warm_ and cold_ have room for every slot of all regions: giving back allocates nothing and cannot fail.
//   4. Regions are only added, so whoever reads `region_count_` may read that many regions without a lock. The signal
//      handler relies on it.
// Two locks: idle_lock_ for the two lists, growth_lock_ for regions and fresh slots; growth is taken first.
// They exist side by side so that slow growth (system calls) does not stop those who only reuse.
//
// Memory ordering: `region_count_` is released by add_region and acquired by region_of (invariant 4); who holds
// growth_lock_ reads it relaxed. `in_use_` is a number for reports and orders nothing.
//
// Costs: a page of memory for each touched stack and 513 bytes of page table, as 8 stacks share a page of it. Where
// many are in use, the page is asked for as the slot is taken: on a virtual machine the fault would cost 0.5 us more.
#include "os/stack.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <new>
#include <vector>

#include "os/arena_walk.hpp"
#include "os/fault.hpp"
#include "os/fiber_annotations.hpp"
#include "os/guard.hpp"
#include "os/mapped_stack.hpp"
#include "os/own_memory.hpp"
#include "os/pages.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/panic.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {
namespace {

constexpr std::size_t first_region = std::size_t{16} << 20;
constexpr std::size_t largest_region = std::size_t{1} << 30;
constexpr std::size_t most_regions = 4096;         // of 1 GiB: 16 million stacks
constexpr std::size_t many = 256;                  // from so many in use on, a fresh stack comes with its first page
constexpr std::size_t colours = tsan_on ? 1 : 16;  // forget_stack wants whole pages
constexpr std::size_t colour_step = 128;

struct region {
  std::byte* base;
  std::size_t slots;
  std::size_t first;  // the number of its first slot
};

std::byte* slot_of(const void* address) noexcept {
  return reinterpret_cast<std::byte*>(reinterpret_cast<std::uintptr_t>(address) & ~(stack_stride - 1));
}

stack stack_in(std::byte* slot) noexcept {
  const std::size_t colour = reinterpret_cast<std::uintptr_t>(slot) / stack_stride % colours * colour_step;
  std::byte* top = slot + stack_stride - colour;
  return {top, static_cast<std::size_t>(top - slot) - guard_size()};
}

/// Reserves `size` bytes at a multiple of the stride; null and errno if that much is not to be had.
std::byte* reserve(std::size_t size) noexcept {
  void* mapped = ::mmap(nullptr, size + stack_stride, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  auto* begin = static_cast<std::byte*>(mapped);
  std::byte* base = slot_of(begin + stack_stride - 1);
  const auto before = static_cast<std::size_t>(base - begin);
  if (before > 0) ::munmap(begin, before);
  if (before < stack_stride) ::munmap(base + size, stack_stride - before);
  ::madvise(base, size, MADV_NOHUGEPAGE);  // else the first touch would commit 2 MiB: eight stacks
  return base;
}

class arena {
 public:
  std::size_t take(stack* out, std::size_t n) noexcept {
    const std::size_t idle = take_idle(out, n);
    const std::size_t taken = idle == n ? n : idle + take_fresh(out + idle, n - idle);
    const std::size_t before = in_use_.fetch_add(taken, memory_order_relaxed);
    for (std::size_t i = idle; i < taken && before >= many; ++i) bring_page(out[i].top - 1);
    return taken;
  }

  void give(const stack* given, std::size_t n) noexcept {
    for (std::size_t i = 0; i < n; ++i) inspect(given[i]);
    {
      const std::lock_guard guard(idle_lock_);
      for (std::size_t i = 0; i < n; ++i) warm_.push_back(slot_of(given[i].top - 1));
    }
    in_use_.fetch_sub(n, memory_order_relaxed);
  }

  void trim(std::size_t keep) noexcept;

  [[nodiscard]] stack guarded_at(const void* address) const noexcept {
    std::byte* slot = slot_of(address);
    const bool guard = region_of(address) != nullptr && static_cast<const std::byte*>(address) < slot + guard_size();
    return guard ? stack_in(slot) : stack{};
  }

  [[nodiscard]] const std::byte* region_at(const void* address, std::size_t& size) const noexcept {
    const region* const found = region_of(address);
    if (found == nullptr) return nullptr;
    size = found->slots * stack_stride;
    return found->base;
  }

  std::size_t regions(stack* out, std::size_t n) const noexcept {
    const std::size_t count = region_count_.load(memory_order_acquire);
    for (std::size_t i = 0; i < count && i < n; ++i) {
      const std::size_t size = regions_[i].slots * stack_stride;
      out[i] = {regions_[i].base + size, size};
    }
    return count;
  }

  [[nodiscard]] std::size_t in_use() const noexcept { return in_use_.load(memory_order_relaxed); }

  [[nodiscard]] stack_summary summary() noexcept {
    const std::lock_guard growth(growth_lock_);
    const std::lock_guard idle(idle_lock_);
    const std::size_t canary = first_canary_.load();
    return {best_guard(), in_use(), warm_.size(), slots_, next_ > canary ? next_ - canary : 0};
  }

 private:
  std::size_t take_idle(stack* out, std::size_t n) noexcept;
  std::size_t take_fresh(stack* out, std::size_t n) noexcept;
  bool detach_coldest(std::size_t keep, std::vector<std::byte*>& out) noexcept;
  bool grow() noexcept;
  bool add_region(std::size_t size) noexcept;
  void inspect(const stack& given) const noexcept;

  [[nodiscard]] const region* region_of(const void* address) const noexcept {
    const std::size_t count = region_count_.load(memory_order_acquire);
    for (std::size_t i = count; i-- > 0;) {  // the last ones are the largest
      const auto offset =
          reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(regions_[i].base);
      if (offset < regions_[i].slots * stack_stride) return &regions_[i];
    }
    return nullptr;
  }

  word_lock idle_lock_;           // guards warm_ and cold_
  std::vector<std::byte*> warm_;  // slots, the last used at the end
  std::vector<std::byte*> cold_;

  word_lock growth_lock_;  // guards the rest
  region regions_[most_regions];
  atomic<std::size_t> region_count_{0};         // written under growth_lock_, read by anybody
  std::size_t slots_ = 0;                       // in all regions
  std::size_t next_ = 0;                        // the number of the next fresh slot; from there on all are fresh
  atomic<std::size_t> first_canary_{SIZE_MAX};  // invariant 2; written under growth_lock_, read by anybody
  atomic<std::size_t> in_use_{0};               // by whoever takes or gives
};

/// Never destroyed: goroutines may run while the program's statics are destroyed.
arena& the_arena() noexcept {
  alignas(arena) static std::byte place[sizeof(arena)];
  static arena* const made = new (place) arena;
  return *made;
}

std::size_t arena::take_idle(stack* out, std::size_t n) noexcept {
  const std::lock_guard guard(idle_lock_);
  std::size_t taken = 0;
  for (std::vector<std::byte*>* list : {&warm_, &cold_}) {
    for (; taken < n && !list->empty(); ++taken) {
      out[taken] = stack_in(list->back());
      list->pop_back();
    }
  }
  return taken;
}

std::size_t arena::take_fresh(stack* out, std::size_t n) noexcept {
  const std::lock_guard guard(growth_lock_);
  std::size_t taken = 0;
  for (; taken < n; ++taken) {
    if (fault_due(fault::stack)) {
      errno = ENOMEM;
      break;
    }
    if (next_ == slots_ && !grow()) break;
    const region& last = regions_[region_count_.load(memory_order_relaxed) - 1];
    std::byte* slot = last.base + (next_ - last.first) * stack_stride;
    // Real guards may come back into the budget (return_guard): invariant 2 wants them left alone.
    if (first_canary_.load() == SIZE_MAX && install_guard(slot) == guard_kind::canary) first_canary_.store(next_);
    ++next_;
    out[taken] = stack_in(slot);
  }
  return taken;
}

bool arena::grow() noexcept {
  std::size_t size = first_region << std::min<std::size_t>(region_count_.load(memory_order_relaxed), 6);
  static_assert(first_region << 6 == largest_region);
  if (region_count_.load(memory_order_relaxed) == most_regions) {
    errno = ENOMEM;
    return false;
  }
  // Address space may be limited (ulimit -v): take what there is, down to a single stack.
  for (; size >= stack_stride; size /= 2) {
    if (add_region(size)) return true;
  }
  return false;
}

bool arena::add_region(std::size_t size) noexcept {
  const std::size_t count = region_count_.load(memory_order_relaxed);
  const std::size_t slots = size / stack_stride;
  try {
    const std::lock_guard guard(idle_lock_);
    warm_.reserve(slots_ + slots);
    cold_.reserve(slots_ + slots);
  } catch (const std::bad_alloc&) {
    errno = ENOMEM;
    return false;
  }
  std::byte* base = reserve(size);
  if (base == nullptr) return false;
  regions_[count] = {base, slots, slots_};
  slots_ += slots;
  region_count_.store(count + 1, memory_order_release);
  return true;
}

/// A stack without a real guard shows only now that it has overflowed.
void arena::inspect(const stack& given) const noexcept {
  const std::size_t canary = first_canary_.load();
  if (__builtin_expect(canary == SIZE_MAX, 1)) return;
  std::byte* slot = slot_of(given.top - 1);
  const region* home = region_of(slot);
  const std::size_t number = home->first + static_cast<std::size_t>(slot - home->base) / stack_stride;
  if (number >= canary && !canary_intact(slot)) {
    fatal("stack overflow (found late: there were too many stacks to guard; memory may be corrupt)");
  }
}

/// Takes all but the `keep` warmest slots off the list; `out` gets its buffer, `out`'s becomes the list's.
bool arena::detach_coldest(std::size_t keep, std::vector<std::byte*>& out) noexcept {
  const std::lock_guard guard(idle_lock_);
  if (out.capacity() < warm_.capacity()) return false;  // invariant 3 would not hold
  out.swap(warm_);
  const std::size_t kept = std::min(keep, out.size());
  warm_.assign(out.end() - static_cast<std::ptrdiff_t>(kept), out.end());
  out.resize(out.size() - kept);
  return true;
}

void arena::trim(std::size_t keep) noexcept {
  std::vector<std::byte*> victims;
  try {
    do {
      std::size_t room;
      {
        const std::lock_guard guard(idle_lock_);
        room = warm_.capacity();
      }
      victims.reserve(room);
    } while (!detach_coldest(keep, victims));
  } catch (const std::bad_alloc&) {
    return;  // no memory to give memory back with; there will be another time
  }
  std::sort(victims.begin(), victims.end());
  for (std::size_t i = 0; i < victims.size();) {  // one call for each run of neighbours
    std::byte* begin = victims[i];
    std::byte* end = begin;
    for (; i < victims.size() && victims[i] == end; ++i) end += stack_stride;
    ::madvise(begin, static_cast<std::size_t>(end - begin), MADV_DONTNEED);
  }
  const std::lock_guard guard(idle_lock_);
  cold_.insert(cold_.end(), victims.begin(), victims.end());
}

}  // namespace

std::size_t stack_regions(stack* out, std::size_t n) noexcept { return the_arena().regions(out, n); }

stack take_stack() noexcept {
  stack one;
  return take_stacks(&one, 1) == 1 ? one : stack{};
}

void give_stack(stack s) noexcept { give_stacks(&s, 1); }
std::size_t take_stacks(stack* out, std::size_t n) noexcept { return the_arena().take(out, n); }
void give_stacks(const stack* given, std::size_t n) noexcept { the_arena().give(given, n); }
std::size_t stacks_in_use() noexcept { return the_arena().in_use() + mapped_stacks(); }
void trim_stacks(std::size_t keep) noexcept { the_arena().trim(keep); }

stack stack_guarded_at(const void* address) noexcept {
  const stack slot = the_arena().guarded_at(address);
  return slot.top != nullptr ? slot : mapped_stack_guarded_at(address);
}

const std::byte* arena_region(const void* address, std::size_t& size) noexcept {
  return the_arena().region_at(address, size);
}

stack readable_part(const void* address) noexcept {
  std::byte* const slot = slot_of(address);
  return {slot + stack_stride, stack_stride - guard_size()};
}

stack_summary stack_report() noexcept {
  stack_summary summary = the_arena().summary();
  summary.in_use += mapped_stacks();
  return summary;
}

}  // namespace weft::detail
