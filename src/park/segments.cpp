// SPDX-License-Identifier: Apache-2.0
//
// ensure_stack: a goroutine that needs more stack than it has left goes on on a further segment.
//
// C++ cannot move a stack, because pointers into its frames are everywhere; but a call can be made on another one, and
// its return comes back. While f runs, the record's bounds are those of the segment, so that reports walk it and the
// overflow handler knows whose it is. Each segment is twice as large as the one before, or as large as asked.
//
// Rejected: a larger default stack. Address space is cheap, but the page tables of what was touched once are not, and
// a limit that fits every recursion does not exist (Go's is 1 GB for that reason).
#include <cerrno>
#include <cstring>

#include "os/fiber_annotations.hpp"
#include "os/segment.hpp"
#include "os/stack.hpp"
#include "park/goroutine.hpp"
#include "weft/detail/panic.hpp"
#include "weft/stack.hpp"

namespace weft::detail {
namespace {

constexpr std::size_t frame_reserve = 16 * 1024;  // for what f's callees and signal frames need beyond the promise

/// While it lasts the goroutine's bounds are a segment's.
class segment_mark {
 public:
  explicit segment_mark(goroutine* g) noexcept : g_(g), before_(g != nullptr && g->on_segment) {
    if (g_ != nullptr) g_->on_segment = true;
  }
  segment_mark(const segment_mark&) = delete;
  segment_mark& operator=(const segment_mark&) = delete;
  ~segment_mark() {
    if (g_ != nullptr) g_->on_segment = before_;
  }

 private:
  goroutine* g_;
  bool before_;
};

[[gnu::noinline]] void call_on_segment(goroutine* g, fiber& self, std::size_t bytes, void (*f)(void* arg), void* arg) {
  std::size_t size = 2 * self.bounds.size;
  if (size > largest_stack / 2) size = largest_stack / 2;
  if (size < bytes + frame_reserve) size = bytes + frame_reserve;
  if (size > largest_stack) size = largest_stack;
  struct segment {
    stack memory;
    explicit segment(std::size_t wanted) {
      const runtime_section inside;
      memory = map_stack(wanted);
    }
    segment(const segment&) = delete;
    segment& operator=(const segment&) = delete;
    ~segment() {
      const runtime_section inside;
      unmap_stack(memory);
    }
  } s(size);
  if (s.memory.top == nullptr) {
    fatalf("out of memory: cannot map a stack segment of %zu bytes: %s", size, std::strerror(errno));
  }
  const segment_mark mark(g);
  call_on_stack(self, s.memory, f, arg);
}

}  // namespace

void with_stack(std::size_t bytes, void (*f)(void* arg), void* arg) {
  if (bytes > largest_stack - frame_reserve) {
    panicf("ensure_stack(%zu): the most is 1 GiB less 16 KiB (%zu)", bytes, largest_stack - frame_reserve);
  }
  goroutine* const g = current();
  fiber thread;
  if (g == nullptr) adopt_thread(thread);
  fiber& self = g != nullptr ? g->self : thread;
  const auto* const here = static_cast<const std::byte*>(__builtin_frame_address(0));
  if (self.bounds.holds(here) && static_cast<std::size_t>(here - self.bounds.low()) >= bytes + frame_reserve / 2) {
    f(arg);
    return;
  }
  call_on_segment(g, self, bytes, f, arg);
}

}  // namespace weft::detail
