// SPDX-License-Identifier: Apache-2.0
//
// The initial-exec model reads a slot at a fixed distance from the thread pointer (two instructions); the default
// model of a shared object calls __tls_get_addr. It takes a few bytes of the space that the loader keeps for objects
// opened later, so a program may dlopen weft too.
//
// A pthread key calls back at the end of a thread. A thread_local with a destructor would be called before the
// thread_locals that the program made earlier, whose destructors may still send or lock.
#include "os/thread_local.hpp"

#include <pthread.h>

#include "weft/detail/panic.hpp"
#include "weft/detail/party.hpp"

// Named by instructions in party.hpp, which neither a compiler nor a linker sees through.
extern "C" {
__attribute__((tls_model("initial-exec"), used,
               visibility("default"))) thread_local constinit weft::detail::party_number weft_this_party = 0;
}

namespace weft::detail {
namespace {

atomic<std::uint64_t> threads_named{0};

struct slots {
  void* worker;
  void* record;
  party_number number;
  std::int64_t lock_wait;
  void (*at_exit)(void* record);
};

__attribute__((tls_model("initial-exec"))) thread_local constinit slots mine{};

void end_of_thread(void*) {
  void* record = mine.record;
  mine.record = nullptr;
  if (record != nullptr && mine.at_exit != nullptr) mine.at_exit(record);
}

pthread_key_t end_key() noexcept {
  static const pthread_key_t key = [] {
    pthread_key_t made;
    if (pthread_key_create(&made, end_of_thread) != 0) fatal("weft: no pthread key left for this process");
    return made;
  }();
  return key;
}

}  // namespace

// The empty assembly keeps optimisers from learning that a call has no effect and returns the same as the last one.

__attribute__((noinline)) void* this_worker() noexcept {
  void* worker = mine.worker;
  __asm__ __volatile__("" : "+r"(worker) : : "memory");
  return worker;
}

__attribute__((noinline)) void set_this_worker(void* worker) noexcept {
  mine.worker = worker;
  __asm__ __volatile__("" : : : "memory");
}

__attribute__((noinline)) void add_lock_wait(std::int64_t time) noexcept {
  mine.lock_wait += time;
  __asm__ __volatile__("" : : : "memory");
}

__attribute__((noinline)) std::int64_t take_lock_wait() noexcept {
  std::int64_t time = mine.lock_wait;
  mine.lock_wait = 0;
  __asm__ __volatile__("" : "+r"(time) : : "memory");
  return time;
}

__attribute__((noinline)) party_number* party_slot() noexcept {
  party_number* slot = &weft_this_party;
  __asm__ __volatile__("" : "+r"(slot) : : "memory");
  return slot;
}

__attribute__((noinline)) party_number number_of_thread() noexcept {
  // relaxed: only a number, different for each
  if (mine.number == 0) mine.number = thread_party | (threads_named.fetch_add(1, memory_order_relaxed) + 1);
  return mine.number;
}

__attribute__((noinline)) void* this_thread_record() noexcept {
  void* record = mine.record;
  __asm__ __volatile__("" : "+r"(record) : : "memory");
  return record;
}

__attribute__((noinline)) void set_this_thread_record(void* record, void (*at_exit)(void* record)) noexcept {
  mine.record = record;
  mine.at_exit = at_exit;
  pthread_setspecific(end_key(), record);  // any value but null gets the callback
  __asm__ __volatile__("" : : : "memory");
}

}  // namespace weft::detail
