// SPDX-License-Identifier: Apache-2.0
//
// sentence: a channel of absurd size is refused by name
// guarantee: C1.2
// engines: both
// expect-exit: 0
// seconds: 60
#include <array>
#include <cstdint>
#include <limits>

#include "deaths.hpp"

namespace {

using weft::chan;

constexpr const char* out_of_range = "panic: makechan: size out of range";

const deaths::row rows[] = {
    {"minus one", out_of_range, [] { chan<int> c(-1); }},
    {"the least number", out_of_range, [] { chan<char> c(std::numeric_limits<std::int64_t>::min()); }},
    {"minus one of a short type", out_of_range, [] { chan<char> c(static_cast<signed char>(-1)); }},
    {"the greatest number", out_of_range, [] { chan<char> c(std::numeric_limits<std::uint64_t>::max()); }},
    {"more than half of the address space", out_of_range, [] { chan<char> c((std::uint64_t{1} << 47) + 1); }},
    {"a product that overflows", out_of_range, [] { chan<std::array<char, 4096>> c(std::uint64_t{1} << 52); }},
    {"of units", out_of_range, [] { chan<weft::unit> c(std::numeric_limits<std::uint64_t>::max()); }},
};

}  // namespace

int main() { return deaths::check(rows); }
