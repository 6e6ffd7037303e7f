// SPDX-License-Identifier: Apache-2.0
//
// sentence: a context that ends after the run calls nothing
// guarantee: X7.6
// engines: both
// expect-exit: 0
// expect-stdout: ^main ends\n$
// seconds: 60
#include <chrono>
#include <cstdio>
#include <optional>
#include <utility>

#include <weft/weft.hpp>

namespace {

using namespace std::chrono_literals;

struct reports {
  const char* what;
  bool live = true;
  explicit reports(const char* w) : what(w) {}
  reports(reports&& other) noexcept : what(other.what), live(std::exchange(other.live, false)) {}
  ~reports() {
    if (live) std::printf("destroyed: %s\n", what);
  }
  void operator()() const { std::printf("called: %s\n", what); }
};

}  // namespace

int main() {
  std::optional<weft::cancel_scope> kept;
  weft::run([&] {
    kept.emplace(weft::with_cancel(weft::background()));
    weft::after_func(*kept, reports("cancelled after the run")).detach();
    const weft::chan<weft::unit> ready;
    weft::go([=] {
      const weft::cancel_scope ctx = weft::with_timeout(weft::background(), 3ms);
      const auto after = weft::after_func(ctx, reports("left to its deadline"));
      ready.send({});
      weft::chan<int>().recv();
    });
    ready.recv();
  });
  weft::sleep_for(20ms);
  kept->cancel();
  weft::after_func(*kept, reports("registered after the end")).detach();
  kept.reset();
  std::puts("main ends");
}
