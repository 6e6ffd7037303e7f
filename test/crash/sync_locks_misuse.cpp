// SPDX-License-Identifier: Apache-2.0
//
// sentence: every misuse of a shared_mutex, condition, semaphore or barrier ends the program by name
// guarantee: M4.2 M4.3 E2.9 M17.1 M17.2
// not-under: thread (misuse is a race, which it reports first)
// engines: both
// expect-exit: 0
// seconds: 60
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>

#include "deaths.hpp"

namespace {

constexpr const char* not_locked = "fatal error: sync: Unlock of unlocked RWMutex";
constexpr const char* not_shared = "fatal error: sync: RUnlock of unlocked RWMutex";
constexpr const char* too_many = "panic: semaphore: released more than held";
constexpr const char* negative = "panic: semaphore: negative number of units";
constexpr const char* crowd = "panic: barrier: more arrive than are expected";
constexpr const char* deadlock = "fatal error: all goroutines are asleep - deadlock!";
constexpr const char* circle = "weft: deadlock: goroutine 1 waits for shared_mutex ...";

/// Destroys something while goroutine waits for it.
template <class T>
void destroy(std::unique_ptr<T> what, void (*wait)(T&)) {
  weft::go([&at = *what, wait] { wait(at); });
  weft::sleep_for(std::chrono::milliseconds(5));
  what.reset();
}

const deaths::row rows[] = {
    {"unlock of a new shared_mutex", not_locked, [] { weft::shared_mutex().unlock(); }},
    {"unlock_shared of a new shared_mutex", not_shared, [] { weft::shared_mutex().unlock_shared(); }},
    {"unlock for a reader", not_locked,
     [] {
       weft::shared_mutex m;
       m.lock_shared();
       m.unlock();
     }},
    {"unlock_shared for a writer", not_shared,
     [] {
       weft::shared_mutex m;
       m.lock();
       m.unlock_shared();
     }},
    {"unlock twice", not_locked,
     [] {
       weft::shared_mutex m;
       m.lock();
       m.unlock();
       m.unlock();
     }},
    {"unlock_shared twice", not_shared,
     [] {
       weft::shared_mutex m;
       m.lock_shared();
       m.unlock_shared();
       m.unlock_shared();
     }},
    {"a reader becomes a writer", circle,
     [] {
       weft::shared_mutex m;
       m.lock_shared();
       m.lock();
     },
     "[sync.RWMutex.Lock"},
    {"a writer becomes a reader", circle,
     [] {
       weft::shared_mutex m;
       m.lock();
       m.lock_shared();
     },
     "[sync.RWMutex.RLock"},
    {"a mutex destroyed under a waiter", "panic: weft: mutex destroyed while somebody waits for it",
     [] {
       auto m = std::make_unique<weft::mutex>();
       m->lock();
       destroy<weft::mutex>(std::move(m), [](weft::mutex& at) { at.lock(); });
     }},
    {"a shared_mutex destroyed under a waiter", "panic: weft: shared_mutex destroyed while somebody waits for it",
     [] {
       auto m = std::make_unique<weft::shared_mutex>();
       m->lock();
       destroy<weft::shared_mutex>(std::move(m), [](weft::shared_mutex& at) { at.lock_shared(); });
     }},
    {"a semaphore destroyed under a waiter", "panic: weft: semaphore destroyed while somebody waits for it",
     [] {
       destroy<weft::semaphore>(std::make_unique<weft::semaphore>(1), [](weft::semaphore& at) {
         at.acquire();
         at.acquire();
       });
     }},
    {"a condition destroyed under a waiter", "panic: weft: condition destroyed while somebody waits for it",
     [] {
       destroy<weft::condition>(std::make_unique<weft::condition>(), [](weft::condition& at) {
         weft::mutex m;
         std::unique_lock lock(m);
         at.wait(lock);
       });
     }},
    {"a barrier destroyed under a waiter", "panic: weft: barrier destroyed while somebody waits for it",
     [] {
       destroy<weft::barrier<>>(std::make_unique<weft::barrier<>>(2),
                                [](weft::barrier<>& at) { at.arrive_and_wait(); });
     }},
    {"a wait that nobody ends", deadlock,
     [] {
       weft::mutex m;
       weft::condition c;
       std::unique_lock lock(m);
       c.wait(lock);
     },
     "[sync.Cond.Wait"},
    {"a wait without the lock", "panic: uncaught exception std::system_error: Operation not permitted",
     [] {
       weft::mutex m;
       weft::condition c;
       std::unique_lock lock(m, std::defer_lock);
       c.wait(lock);
     }},
    {"a wait with an unlocked mutex", "fatal error: sync: unlock of unlocked mutex",
     [] {
       weft::mutex m;
       weft::condition().wait(m);
     }},
    {"released too much", too_many, [] { weft::semaphore(1).release(); }},
    {"released more than was taken", too_many,
     [] {
       weft::semaphore s(3);
       s.acquire(2);
       s.release(3);
     }},
    {"less than no units", negative, [] { weft::semaphore(-1); }},
    {"acquire less than nothing", negative, [] { weft::semaphore(1).acquire(-1); }},
    {"try to acquire less than nothing", negative, [] { static_cast<void>(weft::semaphore(1).try_acquire(-1)); }},
    {"release less than nothing", negative, [] { weft::semaphore(1).release(-1); }},
    {"more units than there are, for ever", deadlock, [] { weft::semaphore(1).acquire(2); }, "[semacquire"},
    {"a barrier for nobody", crowd, [] { weft::barrier(0).arrive_and_wait(); }},
    {"a barrier for less than nobody", "panic: barrier: negative number of parties", [] { weft::barrier(-1); }},
    {"more arrive than are expected", crowd,
     [] {
       weft::barrier b(1, [] { weft::sleep_for(std::chrono::milliseconds(20)); });
       weft::go([&] { b.arrive_and_wait(); });
       weft::sleep_for(std::chrono::milliseconds(5));
       b.arrive_and_wait();
     }},
    {"a barrier without function", "panic: barrier: null function",
     [] { weft::barrier<std::function<void()>> b(1, std::function<void()>()); }},
    {"a barrier that waits for ever", deadlock, [] { weft::barrier(2).arrive_and_wait(); }, "[barrier"},
};

}  // namespace

int main() { return deaths::check(rows); }
