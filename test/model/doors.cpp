// SPDX-License-Identifier: Apache-2.0
//
// The other doors, for real code in a model: what weft's headers expect the operating system and base to define.
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

#include "model/checker.hpp"
#include "os/futex.hpp"
#include "weft/detail/panic.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {

void relax(unsigned) noexcept { model::pause(); }

void panic(const char* message) noexcept {
  model::active->fail(std::string("panic: ") + message);
  std::abort();  // only reached by a panic outside the modelled threads
}

void fatal(const char* message) noexcept { panic(message); }

void panicf(const char* format, ...) noexcept {
  char message[500];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  panic(message);
}

bool futex_wait(atomic<std::uint32_t>& word, std::uint32_t expected, std::int64_t timeout_ns) noexcept {
  return !model::futex_wait(word.id(), expected, timeout_ns >= 0);
}

int futex_wake(atomic<std::uint32_t>& word, int count) noexcept {
  return static_cast<int>(model::futex_wake(word.id(), static_cast<unsigned>(count)));
}

}  // namespace weft::detail
