// SPDX-License-Identifier: Apache-2.0
// guarantee: S3.2 S7.6
// sentence: stack sizes of 0 and beyond a gibibyte are refused and named
// expect-stdout: ^\[zero\] err: panic: go: a stack of 0 bytes was asked for; give at least 4096, or leave the option out$
// expect-stdout: ^\[one too many\] err: panic: go: a stack of 1073741825 bytes was asked for; the most is 1 GiB \(1073741824\)$
// expect-stdout: ^\[absurd\] err: panic: go: a stack of 18446744073709551610 bytes was asked for; the most is 1 GiB
// expect-stdout: ^\[ensure_stack\] err: panic: ensure_stack\(2147483648\): the most is 1 GiB
// expect-stdout: ^\[zero\] exit 2$
// expect-stdout: ^\[one too many\] exit 2$
// expect-stdout: ^\[absurd\] exit 2$
// expect-stdout: ^\[ensure_stack\] exit 2$
#include "scene.hpp"
#include "weft/weft.hpp"

constexpr std::size_t gibibyte = std::size_t{1} << 30;

int main() {
  scene("zero").play([] { return weft::run([] { weft::go({.stack = 0}, [] {}); }); });
  scene("one too many").play([] { return weft::run([] { weft::go({.stack = gibibyte + 1}, [] {}); }); });
  scene("absurd").play([] { return weft::run([] { weft::spawn({.stack = ~std::size_t{0} - 5}, [] {}).join(); }); });
  scene("ensure_stack").play([] { return weft::run([] { weft::ensure_stack(2 * gibibyte, [] {}); }); });
}
