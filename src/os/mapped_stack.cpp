// SPDX-License-Identifier: Apache-2.0
//
// Stacks of any size, each in a mapping of its own: those that a program asks for, and segments.
//
//   | guard | usable bytes ......................... | record |      top is below the record
//
// The record at the top end lies in the page that the stack's first frame touches anyway. All records are in one list,
// so that the overflow handler can tell a guard of ours from any other address.
#include "os/mapped_stack.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <mutex>
#include <new>

#include "os/fault.hpp"
#include "os/fiber_annotations.hpp"
#include "os/guard.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/intrusive_list.hpp"
#include "weft/detail/panic.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {
namespace {

constexpr std::size_t smallest_stack = 16 * 1024;  // less does not hold a printf of a floating-point number

/// Aligned to a cache line; under ThreadSanitizer to a page, because forget_stack wants whole pages.
struct alignas(tsan_on ? 4096 : 64) record : list_hook {
  std::byte* base;  // the guard
  std::size_t length;
  guard_kind guard;
};

struct registry {
  word_lock lock;  // guards the list
  intrusive_list<record> mapped;
  atomic<std::size_t> count{0};  // changed under the lock, read by anybody
};

/// Never destroyed: goroutines may run while the program's statics are destroyed.
registry& the_registry() noexcept {
  alignas(registry) static std::byte place[sizeof(registry)];
  static registry* const made = new (place) registry;
  return *made;
}

stack usable(record& entry) noexcept {
  auto* top = reinterpret_cast<std::byte*>(&entry);
  return {top, static_cast<std::size_t>(top - entry.base) - guard_size()};
}

}  // namespace

stack map_stack(std::size_t bytes) noexcept {
  if (bytes > largest_stack) {
    errno = EINVAL;
    return {};
  }
  if (fault_due(fault::stack)) {
    errno = ENOMEM;
    return {};
  }
  if (bytes < smallest_stack) bytes = smallest_stack;
  const std::size_t page = page_size();
  const std::size_t length = guard_size() + (bytes + sizeof(record) + page - 1) / page * page;
  void* mapping =
      ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (mapping == MAP_FAILED) return {};
  ::madvise(mapping, length, MADV_NOHUGEPAGE);  // else the first touch would commit 2 MiB

  auto* base = static_cast<std::byte*>(mapping);
  std::byte* top = base + length - sizeof(record);
  auto* entry = new (top) record;
  entry->base = base;
  entry->length = length;
  entry->guard = install_guard(base);

  registry& all = the_registry();
  const std::lock_guard guard(all.lock);
  all.mapped.push_back(*entry);
  all.count.fetch_add(1);
  return usable(*entry);
}

void unmap_stack(stack s) noexcept {
  auto* entry = reinterpret_cast<record*>(s.top);
  if (entry->guard == guard_kind::canary && !canary_intact(entry->base)) {
    fatal("stack overflow (found late: there were too many stacks to guard; memory may be corrupt)");
  }
  registry& all = the_registry();
  {
    const std::lock_guard guard(all.lock);
    all.mapped.remove(*entry);
    all.count.fetch_sub(1);
  }
  return_guard(entry->guard);
  // What is mapped there next is no stack. Frames that were left for good are still marked.
  if constexpr (asan_on) forget_stack(s.low(), s.size);
  ::munmap(entry->base, entry->length);
}

std::size_t mapped_stacks() noexcept { return the_registry().count.load(); }

stack mapped_stack_guarded_at(const void* address) noexcept {
  registry& all = the_registry();
  if (!all.lock.try_lock()) return {};
  stack found;
  for (record* entry = all.mapped.front(); entry != nullptr; entry = all.mapped.next(*entry)) {
    if (address >= entry->base && address < entry->base + guard_size()) found = usable(*entry);
  }
  all.lock.unlock();
  return found;
}

}  // namespace weft::detail
