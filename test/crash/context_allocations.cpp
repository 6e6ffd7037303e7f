// SPDX-License-Identifier: Apache-2.0
//
// sentence: a context is one allocation, its channel another, and a wait under it none
// guarantee: X8.6 E1.16
// not-under: address thread (they allocate by themselves)
// engines: both
// expect-exit: 0
// seconds: 60
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "allocations.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;
using weft::background;

struct key {
  using value_type = int;
};

/// Allocations per call of `f`, after the runtime has got what it keeps.
template <class F>
double cost_of(F f) {
  constexpr int times = 1000;
  for (int i = 0; i < times; ++i) f();
  const long made = fewest_allocations([&] {
    for (int i = 0; i < times; ++i) f();
  });
  return static_cast<double>(made) / times;
}

int wrong = 0;

void expect(const char* what, double cost, double most) {
  if (cost <= most + 0.05) return;  // the runtime may grow something now and then
  std::printf("%s: %g allocations, expected %g\n", what, cost, most);
  ++wrong;
}

void measure() {
  const weft::cancel_scope ctx = weft::with_timeout(background(), 1h);
  expect("with_cancel", cost_of([&] { static_cast<void>(weft::with_cancel(ctx)); }), 1);
  expect("with_timeout", cost_of([&] { static_cast<void>(weft::with_timeout(ctx, 1min)); }), 1);
  expect("with_value", cost_of([&] { static_cast<void>(weft::with_value<key>(ctx, 1)); }), 1);
  expect("without_cancel", cost_of([&] { static_cast<void>(weft::without_cancel(ctx)); }), 1);
  expect("after_func and stop", cost_of([&] { static_cast<void>(weft::after_func(ctx, [] {})); }), 1);
  expect("done, again", cost_of([&] { static_cast<void>(ctx.done()); }), 0);
  expect("a select over done", cost_of([&] { weft::select(weft::on_recv(ctx.done()), weft::otherwise()); }), 0);
  expect("err, cause, deadline, value", cost_of([&] {
           static_cast<void>(ctx.err());
           static_cast<void>(ctx.cause());
           static_cast<void>(ctx.deadline());
           static_cast<void>(ctx.value<key>());
         }),
         0);

  weft::group full;
  full.limit(0);
  expect("a wait that its context calls off", cost_of([&] {
           const weft::cancel_scope soon = weft::with_timeout(ctx, 1us);
           static_cast<void>(full.go(soon, [] {}));
         }),
         2);  // the context and the function
  weft::group open;
  expect("go in a group, and wait", cost_of([&] {
           open.go([] {});
           static_cast<void>(open.wait());
         }),
         1);
}

}  // namespace

int main() {
  weft::run(measure, {.workers = 1});
  return wrong == 0 ? 0 : 1;
}
