// SPDX-License-Identifier: Apache-2.0
//
// What a thread does while a word_lock is busy. Its critical sections last some 20 ns, but who finds it busy is one of
// two cores that use the same channel at the same time, and there each access waits for the line: 100 ns or more. So
// the first pause is long enough for the other core to do some ten operations alone, and each is twice as long as the
// one before. (Two cores: four producers and four consumers at one channel 52 ns an item when the first pause lasted 13
// ns, 22 now; a pipeline 540 and 185. With a first pause of 100 ns to 2 us the same within the spread.)
//
// A holder that does not run has been preempted, maybe by the very thread that waits: then the processor must be given
// away. sched_yield may return at once when the holder waits for another processor, or when the waiter has a higher
// priority, so in the end the waiter sleeps.
//
// The time that is spent here is counted, for who decides whether goroutines had better be together (locality.hpp).
#include <sched.h>

#include <ctime>

#include "os/clock.hpp"
#include "os/fiber_annotations.hpp"
#include "os/thread_local.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {
namespace {

constexpr unsigned first_pauses = 16;     // of 13 ns each
constexpr unsigned spinning_rounds = 6;   // 16 + 32 + .. + 512 pauses: 13 us
constexpr unsigned yielding_rounds = 20;  // at 0.1 us to some ms each, depending on who else wants to run
constexpr long sleep_ns = 50'000;         // the kernel's default timer slack: shorter sleeps take as long

void spin(unsigned pauses) noexcept {
  const std::int64_t begun = monotonic_ns();
  for (; pauses > 0; --pauses) spin_pause();
  // ThreadSanitizer takes goroutines for threads, and a thread's own variable for one that they share.
  if constexpr (!tsan_on) add_lock_wait(monotonic_ns() - begun);
}

}  // namespace

void relax(unsigned round) noexcept {
  if (round < spinning_rounds) {
    spin(first_pauses << round);
  } else if (round < spinning_rounds + yielding_rounds) {
    ::sched_yield();
  } else {
    const timespec pause{0, sleep_ns};
    ::nanosleep(&pause, nullptr);
  }
}

}  // namespace weft::detail
