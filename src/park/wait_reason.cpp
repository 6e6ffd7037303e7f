// SPDX-License-Identifier: Apache-2.0
//
// The words in which dumps say why a goroutine is blocked: Go's own (reference D5) where Go has the same wait.
#include <cstddef>
#include <iterator>

#include "weft/detail/waiter.hpp"

namespace weft::detail {

namespace {

constexpr const char* texts[] = {
    // in the order of wait_reason
    "running",
    "chan receive",
    "chan send",
    "chan receive (nil chan)",
    "chan send (nil chan)",
    "select",
    "select (no cases)",
    "sleep",
    "sync.Mutex.Lock",
    "sync.RWMutex.RLock",
    "sync.RWMutex.Lock",
    "sync.WaitGroup.Wait",
    "sync.Once.Do",
    "sync.Cond.Wait",
    "semacquire",
    "task join",
    "IO wait",
    "syscall",
    "group wait",
    "barrier",
    "waiting",
};
static_assert(std::size(texts) == static_cast<std::size_t>(wait_reason::other) + 1);

}  // namespace

const char* text(wait_reason reason) noexcept {
  const auto index = static_cast<std::size_t>(reason);
  return index < std::size(texts) ? texts[index] : "unknown";
}

}  // namespace weft::detail
