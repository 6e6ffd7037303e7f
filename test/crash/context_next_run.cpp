// SPDX-License-Identifier: Apache-2.0
//
// sentence: a context of an earlier run that ends in a later one calls its functions there
// guarantee: X7.6
// engines: both
// expect-exit: 0
// expect-stdout: ^first run over\ncalled\n$
// seconds: 60
#include <cstdio>
#include <optional>

#include <weft/weft.hpp>

int main() {
  std::optional<weft::cancel_scope> kept;
  weft::run([&] {
    kept.emplace(weft::with_cancel(weft::background()));
    weft::after_func(*kept, [] { std::puts("called"); }).detach();
  });
  std::puts("first run over");
  weft::run([&] { kept->cancel(); }, {.drain = true});
}
