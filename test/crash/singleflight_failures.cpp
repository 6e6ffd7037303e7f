// SPDX-License-Identifier: Apache-2.0
//
// sentence: an exception of a flight that cannot reach everybody ends the program
// guarantee: E3.5 E3.7
// engines: both
// expect-exit: 0
// seconds: 60
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>

#include "deaths.hpp"
#include "weft/testing.hpp"

namespace {

using namespace std::chrono_literals;
using flights = weft::singleflight<std::string, int>;

constexpr const char* uncaught = "panic: uncaught exception std::runtime_error: no";
constexpr const char* no_function = "panic: weft: singleflight with a null function";

int fails() {
  weft::sleep_for(5ms);
  throw std::runtime_error("no");
}

const deaths::row rows[] = {
    {"do_chan alone", uncaught, [] { flights().do_chan("key", fails).recv(); }},
    {"do_ with do_chan", uncaught,
     [] {
       flights all;
       weft::go([&] {
         try {
           all.do_("key", fails);
         } catch (const std::runtime_error&) {
         }
       });
       weft::testing::settle();
       all.do_chan("key", fails).recv();
     }},
    {"nobody is left", uncaught,
     [] {
       flights all;
       static_cast<void>(all.do_for(1ms, "key", fails));
       weft::chan<int>().recv();
     }},
    {"do_ that nobody catches", uncaught, [] { flights().do_("key", fails); }},
    {"the same key inside", "fatal error: all goroutines are asleep - deadlock!",
     [] {
       flights all;
       all.do_("key", [&] { return all.do_("key", fails).value; });
     }},
    {"do_ of nothing", no_function, [] { flights().do_("key", std::function<int()>()); }},
    {"do_for of nothing", no_function, [] { static_cast<void>(flights().do_for(1h, "key", std::function<int()>())); }},
    {"do_chan of nothing", no_function, [] { flights().do_chan("key", std::function<int()>()).recv(); }},
};

}  // namespace

int main() { return deaths::check(rows); }
