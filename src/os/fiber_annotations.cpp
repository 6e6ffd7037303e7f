// SPDX-License-Identifier: Apache-2.0
//
// ThreadSanitizer offers no call to forget what it remembers of a piece of memory. But it forgets when the program maps
// fresh memory there while it ignores the thread's accesses (otherwise the mapping counts as a write by this thread,
// which would be ordered with nothing the new goroutine does).
//
// Rejected: ordering the end of one goroutine before the start of the next on the same stack, by happens_before. Stacks
// are reused at once, so that would order, and so hide the races of, most goroutines that run one after the other.
#include "os/fiber_annotations.hpp"

#ifdef WEFT_ASAN
#include <sanitizer/lsan_interface.h>
#endif
#ifdef WEFT_TSAN
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "weft/detail/atomic.hpp"
#endif

namespace weft::detail {

void forget_stack([[maybe_unused]] std::byte* low, [[maybe_unused]] std::size_t size) noexcept {
#ifdef WEFT_ASAN
  __asan_unpoison_memory_region(low, size);
#endif
#ifdef WEFT_TSAN
  AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
  void* fresh =
      ::mmap(low, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  if (fresh != MAP_FAILED) ::madvise(fresh, size, MADV_NOHUGEPAGE);
  AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
#endif
}

void keep_reachable([[maybe_unused]] const std::byte* low, [[maybe_unused]] std::size_t size) noexcept {
#ifdef WEFT_ASAN
  __lsan_register_root_region(low, size);
#endif
}

void name_fiber([[maybe_unused]] const fiber_notes& notes, [[maybe_unused]] std::uint64_t id,
                [[maybe_unused]] const char* label, [[maybe_unused]] const char* file,
                [[maybe_unused]] unsigned line) noexcept {
#ifdef WEFT_TSAN
  void* const fiber = tsan_fiber(notes);
  if (fiber == nullptr) return;
  const char* const slash = std::strrchr(file, '/');
  char name[64];
  std::snprintf(name, sizeof name, "goroutine %llu%s%.20s%s, started at %s:%u", static_cast<unsigned long long>(id),
                label != nullptr ? " {" : "", label != nullptr ? label : "", label != nullptr ? "}" : "",
                slash != nullptr ? slash + 1 : file, line);
  __tsan_set_fiber_name(fiber, name);
#endif
}

#ifdef WEFT_TSAN
namespace {

struct process {
  pid_t id = ::getpid();
};

/// Initialised before all that may ask; a forked child inherits it.
__attribute__((init_priority(101))) process first_process;

}  // namespace

std::size_t instrument_threads() noexcept { return ::getpid() == first_process.id ? 1 : 2; }

// Memory ordering: only a number, which orders nothing: relaxed.
int count_fiber(int change) noexcept {
  static atomic<int> fibers{0};
  return fibers.fetch_add(change, memory_order_relaxed) + change;
}

void share_errno() noexcept {
  AnnotateBenignRaceSized(__FILE__, __LINE__, &errno, sizeof errno, "one fiber at a time");
}

__attribute__((noinline, no_sanitize("thread"))) void* tsan_fiber(const fiber_notes& notes) noexcept {
  return notes.tsan;
}

// Member by member: a copy of the whole may become a call of memcpy, which is intercepted.
__attribute__((noinline, no_sanitize("thread"))) void swap_exceptions(exception_state& saved, exception_state& live,
                                                                      const exception_state& next) noexcept {
  saved.caught = live.caught;
  saved.uncaught = live.uncaught;
  live.caught = next.caught;
  live.uncaught = next.uncaught;
}
#endif

}  // namespace weft::detail
