// SPDX-License-Identifier: Apache-2.0
//
// What a thread does while a word_lock is busy. Its critical sections last some 20 ns, so a holder that runs is done
// after a few pauses. One that does not run has been preempted, maybe by the very thread that waits: then the
// processor must be given away. sched_yield may return at once when the holder waits for another processor, or when
// the waiter has a higher priority, so in the end the waiter sleeps.
#include <sched.h>

#include <ctime>

#include "weft/detail/atomic.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {
namespace {

constexpr unsigned spinning_rounds = 6;   // 1 + 2 + .. + 32 pauses of 13 ns: 0.8 us, a few critical sections
constexpr unsigned yielding_rounds = 20;  // at 0.1 us to some ms each, depending on who else wants to run
constexpr long sleep_ns = 50'000;         // the kernel's default timer slack: shorter sleeps take as long

}  // namespace

void relax(unsigned round) noexcept {
  if (round < spinning_rounds) {
    for (unsigned left = 1u << round; left > 0; --left) spin_pause();
  } else if (round < spinning_rounds + yielding_rounds) {
    ::sched_yield();
  } else {
    const timespec pause{0, sleep_ns};
    ::nanosleep(&pause, nullptr);
  }
}

}  // namespace weft::detail
