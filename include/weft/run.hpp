// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "weft/detail/callable.hpp"
#include "weft/detail/site.hpp"

namespace weft {

/// How run() behaves. The defaults are Go's.
struct run_options {
  /// How many goroutines may run at the same moment; 0: the environment variable GOMAXPROCS, else what the affinity
  /// mask and the cgroup allow (P1, P2). At most 1024.
  int workers = 0;
  /// Wait for all other goroutines after main has returned. If they then all wait for each other, that is a deadlock.
  bool drain = false;
  /// After main has returned, print the goroutines that are left to standard error, alike ones together (D9). Also if
  /// the environment says WEFT_DIAG=leaks; with leaks=json as one JSON object.
  bool report = false;
  /// Engine sim only: the seed of every choice; 0: the environment variable WEFT_SEED, else 1.
  std::uint64_t seed = 0;
};

namespace detail {
int run_main(void (*call)(void* f, int& status), void* f, const run_options& options, site where);
}

/// Runs `main` as goroutine 1 and returns when it returns (S2, G7): other goroutines are abandoned where they stand,
/// their destructors do not run. The result is the one of `main` if it returns int, else 0, to be returned from the
/// program's main. The calling thread works for the runtime meanwhile.
///
/// Calls one after another are fine; calls inside each other are a bug and panic. Call it from a thread of your own,
/// not from a goroutine. Afterwards go() panics until the next run().
///
/// Errors: an exception that leaves `main` ends the process with exit status 2, as in any goroutine. A null function
/// panics: "run: null function".
///
///     int main() {
///       return weft::run([] { std::puts("hello"); });
///     }
template <class F>
requires std::is_invocable_v < std::remove_reference_t<F>
& > int run(F&& main, const run_options& options = {}, detail::site where = detail::site::here()) {
  detail::require_callable<std::decay_t<F>>(main, "run: null function");
  struct callee {
    std::remove_reference_t<F>& f;
  } c{main};
  auto call = [](void* passed, int& status) {
    auto& f = static_cast<callee*>(passed)->f;
    if constexpr (std::is_same_v<std::invoke_result_t<decltype(f)>, int>) {
      status = f();
    } else {
      f();
      status = 0;
    }
  };
  return detail::run_main(call, &c, options, where);
}

}  // namespace weft
