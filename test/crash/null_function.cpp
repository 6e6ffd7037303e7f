// SPDX-License-Identifier: Apache-2.0
//
// sentence: a null function or handler panics where it is given, by the name of the call
// guarantee: G2.1 L10.9 M6.4
// engines: both
// expect-exit: 0
// seconds: 60
#include <functional>
#include <optional>

#include "deaths.hpp"

namespace {

using weft::chan;

void (*const null)() = nullptr;
const std::function<void()> empty;
const std::function<void(std::optional<int>)> empty_receiver;

constexpr const char* on_recv = "panic: on_recv: null handler";
constexpr const char* on_send = "panic: on_send: null handler";
constexpr const char* otherwise = "panic: otherwise: null handler";

const deaths::row rows[] = {
    {"blocking of a null pointer", "panic: blocking: null function", [] { weft::blocking(null); }},
    {"blocking of an empty function", "panic: blocking: null function", [] { weft::blocking(empty); }},
    {"ensure_stack of a null pointer", "panic: ensure_stack: null function", [] { weft::ensure_stack(1000, null); }},
    {"ensure_stack of an empty function", "panic: ensure_stack: null function",
     [] { weft::ensure_stack(1000, empty); }},
    {"once of a null pointer", "panic: once.call: null function", [] { weft::once().call(null); }},
    {"run of a null pointer", "panic: run: null function", [] { weft::run(null); }},
    {"run of an empty function", "panic: run: null function", [] { weft::run(std::function<int()>()); }},

    {"on_recv", on_recv, [] { weft::select(weft::on_recv(chan<int>(1), null)); }},
    {"on_recv of an empty function", on_recv, [] { weft::select(weft::on_recv(chan<int>(1), empty_receiver)); }},
    {"on_send", on_send, [] { weft::select(weft::on_send(chan<int>(1), 1, null)); }},
    {"on_send of an empty function", on_send, [] { weft::select(weft::on_send(chan<int>(1), 1, empty)); }},
    {"otherwise", otherwise, [] { weft::select(weft::otherwise(null)); }},
    {"otherwise of an empty function", otherwise, [] { weft::select(weft::otherwise(empty)); }},
    {"in braces", on_recv,
     [] {
       const chan<int> c(1);
       weft::select(weft::cases{weft::on_recv{c, empty_receiver}, weft::otherwise{[] {}}});
     }},

    {"selector.on_recv", on_recv, [] { weft::selector().on_recv(chan<int>(), null); }},
    {"selector.on_recv of an empty function", on_recv, [] { weft::selector().on_recv(chan<int>(), empty_receiver); }},
    {"selector.on_send", on_send, [] { weft::selector().on_send(chan<int>(), 1, null); }},
    {"selector.on_send of an empty function", on_send, [] { weft::selector().on_send(chan<int>(), 1, empty); }},
    {"selector.otherwise", otherwise, [] { weft::selector().otherwise(null); }},
    {"selector.otherwise of an empty function", otherwise, [] { weft::selector().otherwise(empty); }},
};

}  // namespace

int main() { return deaths::check(rows); }
