// SPDX-License-Identifier: Apache-2.0
//
// The door to the sanitizers: what AddressSanitizer and ThreadSanitizer must be told when a thread changes stacks.
// Without them every function here is empty and every type has no members.
//
// AddressSanitizer keeps the bounds of the running stack and, with detect_stack_use_after_return, a fake stack per
// thread; both are handed over at a switch. A fiber's fake stack is freed by announce_end, not by its last switch as
// the interface proposes: the function that switches may itself live on it.
//
// ThreadSanitizer keeps a vector clock and a shadow call stack per fiber. The switch is announced with
// `__tsan_switch_to_fiber_no_sync`: a plain switch would order everything that the two goroutines of one worker ever do
// and hide their races. So that races of goroutines are found and nothing else is reported, an engine does this:
//   1. A waker calls happens_before(the goroutine), the woken one happens_after(itself) when it goes on; start and
//      entry likewise.
//   2. What a fiber leaves to be run after its switch, on the next fiber's stack (park's commit), is run by a stand_in.
//   3. The fields of a worker belong to no goroutine: they are touched in a runtime_section, which looks away.
// The announcements are made in inlined functions because a function that is entered in one fiber and left in another
// would corrupt the shadow call stacks.
#pragma once

#include <cstddef>
#include <cstdint>

#include "os/exception_state.hpp"
#include "os/stack.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define WEFT_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WEFT_ASAN 1
#endif
#endif

#if defined(__SANITIZE_THREAD__)
#define WEFT_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WEFT_TSAN 1
#endif
#endif

#ifdef WEFT_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef WEFT_TSAN
#include <sanitizer/tsan_interface.h>
extern "C" {
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateBenignRaceSized(const char* file, int line, const volatile void* memory, std::size_t size,
                             const char* why);
void AnnotateIgnoreReadsEnd(const char* file, int line);
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);
}
#endif

namespace weft::detail {

#ifdef WEFT_ASAN
inline constexpr bool asan_on = true;
#else
inline constexpr bool asan_on = false;
#endif
#ifdef WEFT_TSAN
inline constexpr bool tsan_on = true;
#else
inline constexpr bool tsan_on = false;
#endif

/// Threads of this process that are neither the program's nor weft's. ThreadSanitizer starts one, which flushes memory,
/// together with the program's first own thread, and one more in a forked child (measured: g++ 12 and clang 14).
/// AddressSanitizer has none. The emulator qemu-user has one (WEFT_EMULATED, cmake/aarch64.cmake).
#ifdef WEFT_TSAN
[[nodiscard]] std::size_t instrument_threads() noexcept;
#elif defined(WEFT_EMULATED)
[[nodiscard]] constexpr std::size_t instrument_threads() noexcept { return 1; }
#else
[[nodiscard]] constexpr std::size_t instrument_threads() noexcept { return 0; }
#endif

/// What the sanitizers know a fiber by. Owned by the fiber.
struct fiber_notes {
#ifdef WEFT_ASAN
  void* fake_stack = nullptr;  // written by the switch that leaves the fiber, read by the one that returns
#endif
#ifdef WEFT_TSAN
  void* tsan = nullptr;  // TSan's fiber; for a thread's own fiber, the thread's
#endif
};

#ifdef WEFT_TSAN
/// How many fibers have been announced and not ended, after `change`.
int count_fiber(int change) noexcept;

/// Tells ThreadSanitizer that the calling thread's errno is used by all its fibers, one at a time: std::stoi writes it.
void share_errno() noexcept;
#endif

// ---- switching -----------------------------------------------------------------------------------------------------

#ifdef WEFT_TSAN
/// notes.tsan, read unseen by ThreadSanitizer: it was written in an order that TSan is not told of.
[[nodiscard]] void* tsan_fiber(const fiber_notes& notes) noexcept;
#endif

/// Announces a switch to the fiber of `to`, which runs on `bounds`.
[[gnu::always_inline]] inline void announce_switch([[maybe_unused]] fiber_notes& from, [[maybe_unused]] fiber_notes& to,
                                                   [[maybe_unused]] const stack& bounds) noexcept {
#ifdef WEFT_ASAN
  __sanitizer_start_switch_fiber(&from.fake_stack, bounds.low(), bounds.size);
#endif
#ifdef WEFT_TSAN
  __tsan_switch_to_fiber(tsan_fiber(to), __tsan_switch_to_fiber_no_sync);
#endif
}

/// Completes a switch, on the stack of the fiber that has been switched to.
[[gnu::always_inline]] inline void announce_arrival([[maybe_unused]] fiber_notes& here) noexcept {
#ifdef WEFT_ASAN
  __sanitizer_finish_switch_fiber(here.fake_stack, nullptr, nullptr);
  here.fake_stack = nullptr;
#endif
}

/// saved = live; live = next, unseen by ThreadSanitizer: all fibers of a thread share its exception state, in an order
/// that it is not told of.
#ifdef WEFT_TSAN
void swap_exceptions(exception_state& saved, exception_state& live, const exception_state& next) noexcept;
#else
[[gnu::always_inline]] inline void swap_exceptions(exception_state& saved, exception_state& live,
                                                   const exception_state& next) noexcept {
  saved = live;
  live = next;
}
#endif

// ---- life ----------------------------------------------------------------------------------------------------------

/// Makes a new fiber known. What the caller has done so far happens before what the fiber does.
inline void announce_fiber([[maybe_unused]] fiber_notes& notes) noexcept {
#ifdef WEFT_TSAN
  if (notes.tsan != nullptr) return;
  notes.tsan = __tsan_create_fiber(0);
  count_fiber(1);
#endif
}

/// The same for one that is to be switched to later, by somebody with whom it has nothing to do: so it is not ordered
/// after him, and reports of races show who has made it. Since ThreadSanitizer has 8,000 fibers in all, it is not done
/// when many exist that wait for their turn; then the first switch does it.
inline void announce_fiber_early([[maybe_unused]] fiber_notes& notes) noexcept {
#ifdef WEFT_TSAN
  constexpr int many = 1024;
  if (count_fiber(0) < many) announce_fiber(notes);
#endif
}

/// What reports of races call a fiber: "goroutine 7 {label}, started at server.cpp:41", of which 63 characters count.
/// `label` may be null. Nothing is done if it has not been announced.
void name_fiber(const fiber_notes& notes, std::uint64_t id, const char* label, const char* file,
                unsigned line) noexcept;

/// Notes that the calling thread's own stack is a fiber.
inline void announce_thread([[maybe_unused]] fiber_notes& notes) noexcept {
#ifdef WEFT_TSAN
  notes.tsan = __tsan_get_current_fiber();
  share_errno();
#endif
}

/// Forgets a fiber, not the running one, that will not run again: after its last switch, or suspended for ever.
inline void announce_end([[maybe_unused]] fiber_notes& notes) noexcept {
#ifdef WEFT_ASAN
  if (notes.fake_stack != nullptr) {  // a fake stack is freed by leaving it for good
    void* own = nullptr;
    const void* low = nullptr;
    std::size_t size = 0;
    __sanitizer_start_switch_fiber(&own, nullptr, 0);
    __sanitizer_finish_switch_fiber(notes.fake_stack, &low, &size);
    __sanitizer_start_switch_fiber(nullptr, low, size);
    __sanitizer_finish_switch_fiber(own, nullptr, nullptr);
    notes.fake_stack = nullptr;
  }
#endif
#ifdef WEFT_TSAN
  if (notes.tsan == nullptr) return;
  __tsan_destroy_fiber(notes.tsan);
  notes.tsan = nullptr;
  count_fiber(-1);
#endif
}

/// Forgets what the sanitizers remember of the memory [low, low + size), which becomes a new fiber's stack: poisoned
/// frames that never returned (ASan), accesses by the goroutine that had it before (TSan: whole pages).
void forget_stack(std::byte* low, std::size_t size) noexcept;

/// What memory that LeakSanitizer does not know of, such as the stack of a fiber that is left for ever, refers to is
/// not lost.
void keep_reachable(const std::byte* low, std::size_t size) noexcept;

// ---- order ---------------------------------------------------------------------------------------------------------

/// For ThreadSanitizer: what the caller has done happens before what follows a later happens_after(place) elsewhere.
/// The program must have that order by other means; `place` is only a name.
inline void happens_before([[maybe_unused]] void* place) noexcept {
#ifdef WEFT_TSAN
  __tsan_release(place);
#endif
}

inline void happens_after([[maybe_unused]] void* place) noexcept {
#ifdef WEFT_TSAN
  __tsan_acquire(place);
#endif
}

/// For ThreadSanitizer: the engine's own data belong to a worker, not to a goroutine. One goroutine takes the worker's
/// lock and the next one, to which it switched, frees it; that order is real, but to say so would order everything that
/// goroutines of one worker do, and hide their races. So between the two calls plain accesses are not looked at, while
/// atomics still order, and what a program may rely on is said by happens_before. Belongs to the fiber; may be nested.
inline void runtime_entered() noexcept {
#ifdef WEFT_TSAN
  AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
  AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
#endif
}

inline void runtime_left() noexcept {
#ifdef WEFT_TSAN
  AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
  AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
#endif
}

/// The same for a fiber that has stopped inside the runtime for good: before it is retired.
inline void runtime_left_as([[maybe_unused]] fiber_notes& who) noexcept {
#ifdef WEFT_TSAN
  void* self = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(tsan_fiber(who), __tsan_switch_to_fiber_no_sync);
  runtime_left();
  __tsan_switch_to_fiber(self, __tsan_switch_to_fiber_no_sync);
#endif
}

class runtime_section {
 public:
  runtime_section() noexcept { runtime_entered(); }
  ~runtime_section() { runtime_left(); }
  runtime_section(const runtime_section&) = delete;
  runtime_section& operator=(const runtime_section&) = delete;
};

/// In whose name something is run that one fiber has left behind for the stack of the next. For ThreadSanitizer it
/// comes after what the leaving fiber did and is not ordered with the fiber whose stack it borrows.
/// Use: `stand_in self = stand_in::of_caller()` before the switch, `self.run(commit, arg)` after it.
class stand_in {
 public:
  [[gnu::always_inline]] static stand_in of_caller() noexcept {
    stand_in made;
#ifdef WEFT_TSAN
    made.tsan_ = __tsan_create_fiber(0);
#endif
    return made;
  }

  [[gnu::always_inline]] void run(void (*f)(void* arg), void* arg) noexcept {
#ifdef WEFT_TSAN
    void* lender = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(tsan_, __tsan_switch_to_fiber_no_sync);
    f(arg);
    __tsan_switch_to_fiber(lender, __tsan_switch_to_fiber_no_sync);
    __tsan_destroy_fiber(tsan_);
#else
    f(arg);
#endif
  }

#ifdef WEFT_TSAN
 private:
  void* tsan_ = nullptr;  // made by the fiber that leaves, destroyed by run
#endif
};

}  // namespace weft::detail
