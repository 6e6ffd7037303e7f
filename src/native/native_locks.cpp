// SPDX-License-Identifier: Apache-2.0
//
// weft::native_locks: stands between the program and the system's locks, and tells park/native_locks.hpp who takes and
// frees them. A program that links it has these functions instead of the C library's, for shared objects too (the
// loader finds the program's own first); each calls the next one of its name. While WEFT_DIAG=native is not set that
// costs a load and a branch on top.
//
// Not for programs that are linked statically, nor with sanitizers, which stand there themselves. A condition variable
// of the system unlocks its mutex unseen while it waits, which is right: it blocks the thread, not the goroutine.
//
// Memory ordering: the address of a function is relaxed: whoever looks it up finds the same.
#include <dlfcn.h>
#include <pthread.h>

#include <cerrno>

#include "park/native_locks.hpp"

namespace weft::detail {

namespace {

/// The next function of that name. Relaxed: whoever finds it finds the same.
template <class Function>
class next_function {
 public:
  explicit constexpr next_function(const char* name) noexcept : name_(name) {}

  [[nodiscard]] Function* get() noexcept {
    void* found = found_.load(memory_order_relaxed);
    if (found == nullptr) {
      found = ::dlsym(RTLD_NEXT, name_);
      found_.store(found, memory_order_relaxed);
    }
    return reinterpret_cast<Function*>(found);
  }

 private:
  const char* name_;
  atomic<void*> found_{nullptr};
};

using mutex_function = int(pthread_mutex_t*);
using timed_mutex_function = int(pthread_mutex_t*, const timespec*);
using clock_mutex_function = int(pthread_mutex_t*, clockid_t, const timespec*);
using rwlock_function = int(pthread_rwlock_t*);
using timed_rwlock_function = int(pthread_rwlock_t*, const timespec*);
using clock_rwlock_function = int(pthread_rwlock_t*, clockid_t, const timespec*);
using guard_function = int(void*);
using guard_end = void(void*);

constinit next_function<mutex_function> mutex_lock("pthread_mutex_lock");
constinit next_function<mutex_function> mutex_trylock("pthread_mutex_trylock");
constinit next_function<timed_mutex_function> mutex_timedlock("pthread_mutex_timedlock");
constinit next_function<clock_mutex_function> mutex_clocklock("pthread_mutex_clocklock");
constinit next_function<mutex_function> mutex_unlock("pthread_mutex_unlock");
constinit next_function<rwlock_function> rwlock_rdlock("pthread_rwlock_rdlock");
constinit next_function<rwlock_function> rwlock_wrlock("pthread_rwlock_wrlock");
constinit next_function<rwlock_function> rwlock_tryrdlock("pthread_rwlock_tryrdlock");
constinit next_function<rwlock_function> rwlock_trywrlock("pthread_rwlock_trywrlock");
constinit next_function<timed_rwlock_function> rwlock_timedrdlock("pthread_rwlock_timedrdlock");
constinit next_function<timed_rwlock_function> rwlock_timedwrlock("pthread_rwlock_timedwrlock");
constinit next_function<clock_rwlock_function> rwlock_clockrdlock("pthread_rwlock_clockrdlock");
constinit next_function<clock_rwlock_function> rwlock_clockwrlock("pthread_rwlock_clockwrlock");
constinit next_function<rwlock_function> rwlock_unlock("pthread_rwlock_unlock");
constinit next_function<guard_function> guard_acquire("__cxa_guard_acquire");
constinit next_function<guard_end> guard_release("__cxa_guard_release");
constinit next_function<guard_end> guard_abort("__cxa_guard_abort");

/// EOWNERDEAD: it is ours, and whoever had it has died.
[[gnu::always_inline]] inline int taken(int result, const void* lock, native_kind kind) noexcept {
  if ((result == 0 || result == EOWNERDEAD) && native_locks_are_watched()) note_native_taken(lock, kind);
  return result;
}

[[gnu::always_inline]] inline void to_be_freed(const void* lock) noexcept {
  if (native_locks_are_watched()) note_native_freed(lock);
}

}  // namespace

}  // namespace weft::detail

// NOLINTBEGIN: the names are the system's.
extern "C" {

using namespace weft::detail;

int pthread_mutex_lock(pthread_mutex_t* m) { return taken(mutex_lock.get()(m), m, native_kind::mutex); }

int pthread_mutex_trylock(pthread_mutex_t* m) { return taken(mutex_trylock.get()(m), m, native_kind::mutex); }

int pthread_mutex_timedlock(pthread_mutex_t* m, const timespec* until) {
  return taken(mutex_timedlock.get()(m, until), m, native_kind::mutex);
}

int pthread_mutex_clocklock(pthread_mutex_t* m, clockid_t clock, const timespec* until) {
  return taken(mutex_clocklock.get()(m, clock, until), m, native_kind::mutex);
}

int pthread_mutex_unlock(pthread_mutex_t* m) {
  to_be_freed(m);
  return mutex_unlock.get()(m);
}

int pthread_rwlock_rdlock(pthread_rwlock_t* m) { return taken(rwlock_rdlock.get()(m), m, native_kind::shared_mutex); }

int pthread_rwlock_wrlock(pthread_rwlock_t* m) { return taken(rwlock_wrlock.get()(m), m, native_kind::shared_mutex); }

int pthread_rwlock_tryrdlock(pthread_rwlock_t* m) {
  return taken(rwlock_tryrdlock.get()(m), m, native_kind::shared_mutex);
}

int pthread_rwlock_trywrlock(pthread_rwlock_t* m) {
  return taken(rwlock_trywrlock.get()(m), m, native_kind::shared_mutex);
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t* m, const timespec* until) {
  return taken(rwlock_timedrdlock.get()(m, until), m, native_kind::shared_mutex);
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t* m, const timespec* until) {
  return taken(rwlock_timedwrlock.get()(m, until), m, native_kind::shared_mutex);
}

int pthread_rwlock_clockrdlock(pthread_rwlock_t* m, clockid_t clock, const timespec* until) {
  return taken(rwlock_clockrdlock.get()(m, clock, until), m, native_kind::shared_mutex);
}

int pthread_rwlock_clockwrlock(pthread_rwlock_t* m, clockid_t clock, const timespec* until) {
  return taken(rwlock_clockwrlock.get()(m, clock, until), m, native_kind::shared_mutex);
}

int pthread_rwlock_unlock(pthread_rwlock_t* m) {
  to_be_freed(m);
  return rwlock_unlock.get()(m);
}

int __cxa_guard_acquire(void* guard) {
  const int ours = guard_acquire.get()(guard);
  if (ours != 0 && native_locks_are_watched()) note_native_taken(guard, native_kind::initialiser);
  return ours;
}

void __cxa_guard_release(void* guard) {
  to_be_freed(guard);
  guard_release.get()(guard);
}

void __cxa_guard_abort(void* guard) {
  to_be_freed(guard);
  guard_abort.get()(guard);
}

}  // extern "C"
// NOLINTEND
