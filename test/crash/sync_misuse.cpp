// SPDX-License-Identifier: Apache-2.0
//
// sentence: every misuse of a mutex, wait_group, once or task ends the program by name
// not-under: thread (two joins at once are a race, which it reports first)
// guarantee: M4.1 M6.4 M8.5 J3.1
// engines: both
// expect-exit: 0
// seconds: 60
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "deaths.hpp"

namespace {

using weft::spawn;

constexpr const char* not_locked = "fatal error: sync: unlock of unlocked mutex";
constexpr const char* negative = "panic: sync: negative WaitGroup counter";
constexpr const char* overflow = "panic: sync: WaitGroup counter overflow";
constexpr const char* no_task = "panic: weft: join of a task that was joined or moved away";
constexpr const char* no_function = "fatal error: go of nil func value";
constexpr const char* deadlock = "fatal error: all goroutines are asleep - deadlock!";

const deaths::row rows[] = {
    {"unlock of a new mutex", not_locked, [] { weft::mutex().unlock(); }},
    {"unlock twice", not_locked,
     [] {
       weft::mutex m;
       m.lock();
       m.unlock();
       m.unlock();
     }},
    {"unlock after a failed try_lock", not_locked,
     [] {
       weft::mutex m;
       m.lock();
       static_cast<void>(m.try_lock());
       m.unlock();
       m.unlock();
     }},
    {"unlock by another", not_locked,
     [] {
       weft::mutex m;
       spawn([&] { m.unlock(); }).join();
     }},
    {"lock twice", "weft: deadlock: goroutine 1 waits for mutex ...",
     [] {
       weft::mutex m;
       m.lock();
       m.lock();
     },
     "[sync.Mutex.Lock"},

    {"done too often", negative,
     [] {
       weft::wait_group g;
       g.add(1);
       g.done();
       g.done();
     }},
    {"the least add", negative, [] { weft::wait_group().add(INT64_MIN); }},
    {"the greatest add", overflow, [] { weft::wait_group().add(INT64_MAX); }},
    {"more than fits, in two steps", overflow,
     [] {
       weft::wait_group g;
       g.add((std::int64_t{1} << 62) - 1);
       g.add(1);
     }},
    {"add below zero", negative,
     [] {
       weft::wait_group g;
       g.add(2);
       g.add(-3);
     }},
    {"a wait_group destroyed under a waiter", "panic: sync: WaitGroup destroyed while somebody waits for it",
     [] {
       auto g = std::make_unique<weft::wait_group>();
       g->add(1);
       weft::go([&] { g->wait(); });
       weft::sleep_for(std::chrono::milliseconds(5));
       g.reset();
     }},
    {"wait for what nobody does", deadlock,
     [] {
       weft::wait_group g;
       g.add(1);
       g.wait();
     },
     "[sync.WaitGroup.Wait"},

    {"a once that calls itself", "fatal error: deadlock: goroutine 1 waits for once ...",
     [] {
       weft::once o;
       o.call([&] { o.call([] {}); });
     }},
    {"a once without function", "panic: once.call: null function", [] { weft::once().call(std::function<void()>()); }},

    {"join twice", no_task,
     [] {
       weft::task<int> t = spawn([] { return 1; });
       static_cast<void>(t.join());
       static_cast<void>(t.join());
     }},
    {"two joins at once", no_task,
     [] {
       weft::gomaxprocs(1);
       weft::task<void> t = spawn([] { weft::sleep_for(std::chrono::milliseconds(5)); });
       weft::task<void> other = spawn([&] { t.join(); });
       t.join();
       other.join();
     }},
    {"join of nothing", no_task, [] { weft::task<void>().join(); }},
    {"join after a move", no_task,
     [] {
       weft::task<void> t = spawn([] {});
       const weft::task<void> other = std::move(t);
       t.join();
     }},
    {"join of a task without result", "panic: weft: join of a task that has left by goexit and has no result",
     [] { static_cast<void>(spawn([]() -> int { weft::goexit(); }).join()); }},
    {"spawn of nothing", no_function, [] { spawn(std::function<int()>()).join(); }},
    {"spawn of a null pointer", no_function, [] { spawn(static_cast<void (*)()>(nullptr)).join(); }},
    {"wait_group::go of nothing", no_function,
     [] {
       weft::wait_group g;
       g.go(std::function<void()>());
     }},
};

}  // namespace

int main() { return deaths::check(rows); }
