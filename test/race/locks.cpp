// SPDX-License-Identifier: Apache-2.0
//
// Locks, semaphores, barriers and conditions. What two parties share lives as long as either (std::shared_ptr), because
// main must not be ordered after the other by waiting for its end.
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "harness.hpp"
#include "race/race.hpp"
#include "weft/barrier.hpp"
#include "weft/chan.hpp"
#include "weft/condition.hpp"
#include "weft/go.hpp"
#include "weft/mutex.hpp"
#include "weft/semaphore.hpp"
#include "weft/shared_mutex.hpp"
#include "weft/unit.hpp"

namespace weft::race {
namespace {

using namespace std::chrono_literals;

/// Two goroutines touch the variable, each between `enter` and `leave`, which are told which of the two it is.
/// `both_inside`: only when both have entered.
template <class Enter, class Leave>
void both(scene& s, Enter enter, Leave leave, bool both_inside = false) {
  for (const bool first : {true, false}) {
    go([&s, enter, leave, first, both_inside] {
      enter(first);
      if (both_inside) {
        s.end();
        s.await(2);
      }
      s.touch();
      leave(first);
      s.end();
    });
  }
  s.await(both_inside ? 4 : 2);
}

const pair a_mutex[] = {
    {"both lock, or one of them does not",
     [](scene& s) {
       const auto m = std::make_shared<mutex>();
       const bool ordered = s.ordered();
       both(
           s,
           [=](bool first) {
             if (first || ordered) m->lock();
           },
           [=](bool first) {
             if (first || ordered) m->unlock();
           });
     }},
    {"both lock the same, or each its own",
     [](scene& s) {
       const auto one = std::make_shared<mutex>();
       const auto two = s.ordered() ? one : std::make_shared<mutex>();
       both(
           s, [=](bool first) { (first ? one : two)->lock(); }, [=](bool first) { (first ? one : two)->unlock(); });
     }},
    {"one of them tries the lock",
     [](scene& s) {
       const auto m = std::make_shared<mutex>();
       const auto other = s.ordered() ? m : std::make_shared<mutex>();
       both(
           s,
           [=](bool first) {
             if (first) return m->lock();
             while (!other->try_lock()) yield();
           },
           [=](bool first) { (first ? m : other)->unlock(); });
     }},
    {"one of them tries the lock for a time",
     [](scene& s) {
       const auto m = std::make_shared<mutex>();
       const auto other = s.ordered() ? m : std::make_shared<mutex>();
       both(
           s, [=](bool first) { first ? m->lock() : static_cast<void>(other->try_lock_for(1h)); },
           [=](bool first) { (first ? m : other)->unlock(); });
     }},
    {"who waited for the lock, and who unlocked it",
     [](scene& s) {
       const auto m = std::make_shared<mutex>();
       m->lock();
       go([&s, m] {
         s.end();
         m->lock();
         s.touch();
         m->unlock();
         s.end();
       });
       s.await();
       if (s.ordered()) s.touch();
       m->unlock();
       if (!s.ordered()) s.touch();
       s.await(2);
     }},
    {"an access after a guard has been unlocked",
     [](scene& s) {
       const auto m = std::make_shared<mutex>();
       go([&s, m] {
         std::unique_lock hold(*m);
         s.before();
         hold.unlock();
         s.after();
       });
       s.await();
       const std::scoped_lock hold(*m);
       s.touch();
     }},
    {"two locks at once, one of them in common",
     [](scene& s) {
       const auto a = std::make_shared<mutex>();
       const auto b = std::make_shared<mutex>();
       const auto c = s.ordered() ? b : std::make_shared<mutex>();
       const auto d = std::make_shared<mutex>();
       both(
           s, [=](bool first) { first ? std::lock(*a, *b) : std::lock(*c, *d); },
           [=](bool first) {
             (first ? a : c)->unlock();
             (first ? b : d)->unlock();
           });
     }},
};

WEFT_PLAIN_TEST("RC1.3", "races around a mutex are reported, and what it orders is not") { expect_told_apart(a_mutex); }

const pair a_shared_mutex[] = {
    {"two writers, or two readers that write",
     [](scene& s) {
       const auto m = std::make_shared<shared_mutex>();
       const bool ordered = s.ordered();
       both(
           s, [=](bool) { ordered ? m->lock() : m->lock_shared(); },
           [=](bool) { ordered ? m->unlock() : m->unlock_shared(); }, !ordered);
     }},
    {"a writer, then a reader",
     [](scene& s) {
       const auto m = std::make_shared<shared_mutex>();
       m->lock();
       go([&s, m] {
         s.before();
         m->unlock();
         s.after();
       });
       const std::shared_lock hold(*m);
       s.touch();
       s.await();
     }},
    {"a reader, then a writer",
     [](scene& s) {
       const auto m = std::make_shared<shared_mutex>();
       m->lock_shared();
       go([&s, m] {
         s.before();
         m->unlock_shared();
         s.after();
       });
       const std::scoped_lock hold(*m);
       s.touch();
       s.await();
     }},
    {"who tries to read after a writer",
     [](scene& s) {
       const auto m = std::make_shared<shared_mutex>();
       m->lock();
       go([&s, m] {
         s.before();
         m->unlock();
         s.after();
       });
       while (!m->try_lock_shared()) yield();
       s.touch();
       m->unlock_shared();
       s.await();
     }},
    {"a reader and a writer, or a reader without the lock",
     [](scene& s) {
       const auto m = std::make_shared<shared_mutex>();
       const bool ordered = s.ordered();
       both(
           s,
           [=](bool first) {
             if (first) return m->lock();
             if (ordered) m->lock_shared();
           },
           [=](bool first) {
             if (first) return m->unlock();
             if (ordered) m->unlock_shared();
           });
     }},
};

WEFT_PLAIN_TEST("RC1.3", "races around a shared_mutex are reported, and what it orders is not") {
  expect_told_apart(a_shared_mutex);
}

const pair semaphores_and_barriers[] = {
    {"a semaphore of one unit is a lock, of two it is none",
     [](scene& s) {
       const auto units = std::make_shared<semaphore>(s.ordered() ? 1 : 2);
       both(
           s, [=](bool) { units->acquire(); }, [=](bool) { units->release(); }, !s.ordered());
     }},
    {"a release before the acquire that waited for it",
     [](scene& s) {
       const auto units = std::make_shared<semaphore>(1);
       units->acquire();
       go([&s, units] {
         s.before();
         units->release();
         s.after();
       });
       units->acquire();
       s.touch();
       s.await();
     }},
    {"a release before a try_acquire that has its unit",
     [](scene& s) {
       const auto units = std::make_shared<semaphore>(1);
       units->acquire();
       go([&s, units] {
         s.before();
         units->release();
         s.after();
       });
       while (!units->try_acquire()) yield();
       s.touch();
       s.await();
     }},
    {"a barrier",
     [](scene& s) {
       const auto phase = std::make_shared<barrier<>>(2);
       go([&s, phase] {
         s.before();
         phase->arrive_and_wait();
         s.after();
       });
       phase->arrive_and_wait();
       s.touch();
       s.await();
     }},
    {"who leaves a barrier has arrived",
     [](scene& s) {
       const auto phase = std::make_shared<barrier<>>(2);
       go([&s, phase] {
         s.before();
         phase->arrive_and_drop();
         s.after();
       });
       phase->arrive_and_wait();
       s.touch();
       s.await();
     }},
    {"the function of a barrier, and who has not arrived",
     [](scene& s) {
       const auto completed = [&s] { s.touch(); };
       const auto phase = std::make_shared<barrier<decltype(completed)>>(2, completed);
       go([&s, phase] {
         s.before();
         phase->arrive_and_wait();
         s.end();
       });
       if (!s.ordered()) {
         go([&s] {
           s.touch();
           s.end();
         });
       }
       phase->arrive_and_wait();
       s.await(s.ordered() ? 1 : 2);
     }},
};

WEFT_PLAIN_TEST("RC1.3", "races around semaphores and barriers are reported, and what they order is not") {
  expect_told_apart(semaphores_and_barriers);
}

const pair conditions[] = {
    {"a notification of one",
     [](scene& s) {
       const auto m = std::make_shared<mutex>();
       const auto ready = std::make_shared<condition>();
       std::unique_lock hold(*m);
       go([&s, m, ready] {
         {
           const std::scoped_lock inside(*m);  // free only while main waits
           s.before();
           ready->notify_one();
         }
         s.after();
       });
       ready->wait(hold);
       s.touch();
       s.await();
     }},
    {"a notification of all, given without the lock",
     [](scene& s) {
       const auto m = std::make_shared<mutex>();
       const auto ready = std::make_shared<condition>();
       const auto waits = std::make_shared<std::atomic<bool>>(false);
       go([&s, m, ready, waits] {
         for (bool sleeps = false; !sleeps; yield()) {
           const std::scoped_lock inside(*m);
           sleeps = waits->load(std::memory_order_relaxed);
         }
         s.before();
         ready->notify_all();
         s.after();
       });
       std::unique_lock hold(*m);
       waits->store(true, std::memory_order_relaxed);
       ready->wait(hold);
       s.touch();
       s.await();
     }},
};

WEFT_PLAIN_TEST("RC1.3", "races around conditions are reported, and what they order is not") {
  expect_told_apart(conditions);
}

}  // namespace
}  // namespace weft::race
