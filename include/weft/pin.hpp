// SPDX-License-Identifier: Apache-2.0
//
// Keeps a goroutine on one thread, for libraries that remember things per thread: graphics contexts, user interfaces,
// locales, thread_local variables.
//
//     {
//       weft::pin here;                     // from here on always the same thread
//       make_context_current(window);
//       for (frame f : frames) draw(f);     // may block, select, sleep: other goroutines go on elsewhere
//     }                                     // any thread again
//
// A pinned goroutine can use all of weft. It runs beside the workers and not as one of them: it does not count to
// gomaxprocs, and to block and be woken costs what it costs a thread, some microseconds. Pins nest. What a pinned
// goroutine starts is not pinned. Main is begun on the thread that called run(); if it pins itself before anything
// else, it stays there.
//
// On a thread that is no goroutine a pin does nothing. Under engine sim there is one thread anyway.
//
// A pin belongs to the goroutine that made it. If it is destroyed by another, or is still there when the goroutine
// ends, that panics (Go ends the thread instead).
#pragma once

#include <cstddef>

namespace weft {

namespace detail {
struct goroutine;
}

class [[nodiscard]] pin {
 public:
  pin() noexcept;
  pin(const pin&) = delete;
  pin& operator=(const pin&) = delete;
  ~pin();

  static void* operator new(std::size_t) = delete;  // it belongs to a scope

 private:
  detail::goroutine* owner_;  // null on a thread that is no goroutine
};

}  // namespace weft
