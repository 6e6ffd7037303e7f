// SPDX-License-Identifier: Apache-2.0
//
// sentence: a selector with two otherwise or too many cases panics by name
// guarantee: L8.2 L10.6
// engines: both
// expect-exit: 0
// seconds: 60
#include "deaths.hpp"

namespace {

const deaths::row rows[] = {
    {"two otherwise", "panic: weft: a selector has at most one otherwise",
     [] {
       weft::selector s;
       s.otherwise();
       s.on_recv(weft::chan<int>());
       s.otherwise();
     }},
    {"65537 cases", "panic: weft: a selector has at most 65536 cases",
     [] {
       weft::selector s;
       const weft::chan<int> c(1);
       for (int i = 0; i < 65536; ++i) s.on_send(c, i);
       s.wait();
       s.on_recv(c);
     }},
};

}  // namespace

int main() { return deaths::check(rows); }
