// SPDX-License-Identifier: Apache-2.0
// sentence: every misuse of a once_value or a pool ends the program by name
// guarantee: M7.4 M10.5
// not-under: address thread (they report first what is left on a stack)
// engines: both
// expect-exit: 0
// seconds: 60
#include <functional>
#include <memory>

#include "deaths.hpp"

namespace {

constexpr const char* no_function = "panic: weft: once_value of a null function";

const deaths::row rows[] = {
    {"a once_value whose function has left", "panic: weft: the function of a once_value has left by goexit",
     [] {
       weft::once_value left([]() -> int { weft::goexit(); });
       weft::spawn([&] { left(); }).join();
       left();
     }},
    {"one who waits while the function leaves", "panic: weft: the function of a once_value has left by goexit",
     [] {
       const weft::chan<int> go_on;
       weft::once_func left([=] {
         go_on.recv();
         weft::goexit();
       });
       weft::go([&] { left(); });
       weft::yield();
       weft::go([=] { go_on.send(1); });
       left();
       weft::chan<int>().recv();
     }},
    {"a once_value that calls itself", "fatal error: deadlock: goroutine 1 waits for once ...",
     [] {
       std::function<int()> again;
       weft::once_value self([&] { return again(); });
       again = [&] { return self(); };
       self();
     },
     "[sync.Once.Do"},
    {"a once_value of nothing", no_function, [] { weft::once_value(std::function<int()>())(); }},
    {"a once_func of nothing", no_function, [] { weft::once_func(static_cast<void (*)()>(nullptr))(); }},
    {"a pool of nothing", "panic: weft: pool of a null function", [] { weft::pool<int>(nullptr).clear(); }},
};

}  // namespace

int main() { return deaths::check(rows); }
