// SPDX-License-Identifier: Apache-2.0
//
// sentence: every misuse of a group ends the program by name
// guarantee: E1.15
// engines: both
// expect-exit: 0
// seconds: 60
#include <chrono>
#include <functional>
#include <memory>

#include "deaths.hpp"

namespace {

using namespace std::chrono_literals;

constexpr const char* own_wait = "panic: weft: group.wait by a goroutine of the group";
constexpr const char* own_end = "panic: weft: group destroyed by a goroutine of the group";
constexpr const char* visited = "panic: weft: group destroyed while somebody waits in it";
constexpr const char* no_function = "fatal error: go of nil func value";

const deaths::row rows[] = {
    {"waiting for oneself", own_wait,
     [] {
       weft::group g;
       g.go([&] { static_cast<void>(g.wait()); });
     }},
    {"waiting for oneself, for some time", own_wait,
     [] {
       weft::group g;
       g.go([&] { static_cast<void>(g.wait_for(1s)); });
     }},
    {"waiting for oneself from a group within", own_wait,
     [] {
       weft::group outer;
       outer.go([&] {
         weft::group inner;
         inner.go([&] { static_cast<void>(outer.wait()); });
       });
     }},
    {"waiting for oneself from three groups down", own_wait,
     [] {
       weft::group a;
       a.go([&] {
         weft::group b;
         b.go([&] {
           weft::group c;
           c.go([&] { static_cast<void>(a.wait()); });
         });
       });
     }},
    {"destroying the group from inside", own_end,
     [] {
       auto g = std::make_unique<weft::group>();
       g->go([&] { g.reset(); });
       weft::sleep_for(1s);
     }},
    {"destroying the group from a group within", own_end,
     [] {
       auto g = std::make_unique<weft::group>();
       g->go([&] {
         weft::group inner;
         inner.go([&] { g.reset(); });
       });
       weft::sleep_for(1s);
     }},
    {"destroying the group in the destructor of a function", own_end,
     [] {
       struct owner {
         std::shared_ptr<weft::group> g;
         void operator()() const {}
       };
       auto g = std::make_shared<weft::group>();
       weft::group& same = *g;
       same.go(owner{std::move(g)});
       weft::sleep_for(1s);
     }},
    {"destroying the group while somebody waits for it", visited,
     [] {
       auto g = std::make_unique<weft::group>();
       g->go([] { weft::sleep_for(1h); });
       weft::go([&] { static_cast<void>(g->wait()); });
       weft::sleep_for(5ms);
       g.reset();
     }},
    {"destroying the group while somebody waits for a place", visited,
     [] {
       auto g = std::make_unique<weft::group>();
       g->limit(0);
       weft::go([&] { g->go([] {}); });
       weft::sleep_for(5ms);
       g.reset();
     }},
    {"another limit while goroutines are active",
     "panic: errgroup: modify limit while 2 goroutines in the group are still active",
     [] {
       weft::group g;
       g.limit(3);
       for (int i = 0; i < 2; ++i) g.go([] { weft::sleep_for(1h); });
       g.limit(4);
     }},
    {"go of nothing", no_function, [] { weft::group().go(std::function<void()>()); }},
    {"try_go of a null pointer", no_function,
     [] { static_cast<void>(weft::group().try_go(static_cast<void (*)()>(nullptr))); }},
    {"go_for of nothing", no_function,
     [] { static_cast<void>(weft::group().go_for(1s, std::function<void(const weft::context&)>())); }},
    {"a group below nothing", "panic: cannot create context from nil parent",
     [] {
       weft::context gone = weft::background();
       const weft::context kept = std::move(gone);
       const weft::group g(gone);
     }},
    {"waiting for a place that nobody frees", "fatal error: all goroutines are asleep - deadlock!",
     [] {
       weft::group g;
       g.limit(0);
       g.go([] {});
     },
     "[semacquire"},
    {"waiting for one who waits for ever", "fatal error: all goroutines are asleep - deadlock!",
     [] {
       weft::group g;
       g.go([] { weft::chan<int>().recv(); });
       static_cast<void>(g.wait());
     },
     "[group wait"},
};

}  // namespace

int main() { return deaths::check(rows); }
