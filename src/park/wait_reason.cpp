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

const char* kind_of_object(wait_reason reason) noexcept {
  switch (reason) {
    case wait_reason::chan_receive:
    case wait_reason::chan_send:
      return "chan";
    case wait_reason::select:
      return "select";
    case wait_reason::mutex_lock:
      return "mutex";
    case wait_reason::rwmutex_rlock:
    case wait_reason::rwmutex_lock:
      return "shared_mutex";
    case wait_reason::wait_group:
      return "wait_group";
    case wait_reason::group_wait:
      return "group";
    case wait_reason::once:
      return "once";
    case wait_reason::condition:
      return "condition";
    case wait_reason::semaphore:
      return "semaphore";
    case wait_reason::barrier:
      return "barrier";
    case wait_reason::join:
      return "task";
    default:
      return "";
  }
}

}  // namespace weft::detail
