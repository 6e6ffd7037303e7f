// SPDX-License-Identifier: Apache-2.0
//
// The words in which dumps say why a goroutine is blocked: Go's own (reference D5) where Go has the same wait.
#include "weft/detail/waiter.hpp"

namespace weft::detail {

const char* text(wait_reason reason) noexcept {
  switch (reason) {
    case wait_reason::none: return "running";
    case wait_reason::chan_receive: return "chan receive";
    case wait_reason::chan_send: return "chan send";
    case wait_reason::chan_receive_nil: return "chan receive (nil chan)";
    case wait_reason::chan_send_nil: return "chan send (nil chan)";
    case wait_reason::select: return "select";
    case wait_reason::select_no_cases: return "select (no cases)";
    case wait_reason::sleep: return "sleep";
    case wait_reason::mutex_lock: return "sync.Mutex.Lock";
    case wait_reason::rwmutex_rlock: return "sync.RWMutex.RLock";
    case wait_reason::rwmutex_lock: return "sync.RWMutex.Lock";
    case wait_reason::wait_group: return "sync.WaitGroup.Wait";
    case wait_reason::once: return "sync.Once.Do";
    case wait_reason::condition: return "sync.Cond.Wait";
    case wait_reason::semaphore: return "semacquire";
    case wait_reason::join: return "task join";
    case wait_reason::io_wait: return "IO wait";
    case wait_reason::blocking_call: return "syscall";
    case wait_reason::group_wait: return "group wait";
    case wait_reason::other: return "waiting";
  }
  return "unknown";
}

}  // namespace weft::detail
