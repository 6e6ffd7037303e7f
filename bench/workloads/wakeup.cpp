// SPDX-License-Identifier: Apache-2.0
//
// How late is a goroutine that is woken? One sleeps until moments a millisecond apart; it notes how late it is, and
// sends the moment of its send to another, which notes how long that took. BENCH_CASE says what else goes on meanwhile:
//   idle    nothing
//   busy    a hundred goroutines that compute for 20 us and yield
//   chatty  sixty-four pairs that pass a message back and forth
//   hog     as many goroutines as there are workers, which compute and call nothing
// Prints two lines: name, samples, and the lateness of the timer and then of the channel in ns at p50, p99, p99.9 and
// the worst. A moment that is missed is not skipped: who is late for the next ones is late for each of them.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <string>
#include <vector>

#include "../harness.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;
using moment = weft::clock::time_point;
using lateness = std::vector<std::chrono::nanoseconds>;

std::atomic<bool> over{false};
std::atomic<bench::count> spun{0};

void compute(std::chrono::nanoseconds length) {
  const auto until = std::chrono::steady_clock::now() + length;
  bench::count turns = 0;
  while (std::chrono::steady_clock::now() < until) ++turns;
  spun += turns;
}

void start_busy(weft::wait_group& others) {
  for (int i = 0; i < 100; ++i) {
    others.go([] {
      for (; !over.load(std::memory_order_relaxed); weft::yield()) compute(20us);
    });
  }
}

void start_chatty(weft::wait_group& others) {
  for (int i = 0; i < 64; ++i) {
    const weft::chan<weft::unit> there, back;
    others.go([=] {
      for (weft::unit u : there) back.send(u);
    });
    others.go([=] {
      while (!over.load(std::memory_order_relaxed)) {
        there.send({});
        back.recv();
      }
      there.close();
    });
  }
}

void start_hogs(weft::wait_group& others) {
  for (int i = weft::gomaxprocs(); i > 0; --i) {
    others.go([] {
      bench::count turns = 0;
      while (!over.load(std::memory_order_relaxed)) ++turns;
      spun += turns;
    });
  }
}

bool start_others(const std::string& name, weft::wait_group& others) {
  if (name == "busy") start_busy(others);
  if (name == "chatty") start_chatty(others);
  if (name == "hog") start_hogs(others);
  return name == "idle" || name == "busy" || name == "chatty" || name == "hog";
}

void print(const char* what, lateness all) {
  std::sort(all.begin(), all.end());
  const auto at = [&](double part) {
    return static_cast<long long>(all[static_cast<std::size_t>(part * static_cast<double>(all.size() - 1))].count());
  };
  std::printf("%s %zu %lld %lld %lld %lld\n", what, all.size(), at(0.5), at(0.99), at(0.999), at(1));
}

int measure(bench::count samples, const std::string& name) {
  weft::wait_group others;
  if (!start_others(name, others)) {
    std::fprintf(stderr, "wakeup: there is no case '%s'\n", name.c_str());
    return 2;
  }
  const weft::chan<moment> line;
  lateness timer, channel;
  auto receiver = weft::spawn([&channel, line] {
    for (moment sent : line) channel.push_back(weft::clock::now() - sent);
  });
  const moment start = weft::clock::now();
  for (bench::count i = 1; i <= samples; ++i) {
    const moment due = start + i * 1ms;
    weft::sleep_until(due);
    timer.push_back(weft::clock::now() - due);
    line.send(weft::clock::now());
  }
  line.close();
  receiver.join();
  over = true;
  others.wait();
  print("timer", timer);
  print("channel", channel);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 2'000);
  const char* text = std::getenv("BENCH_CASE");
  return weft::run([&] { return measure(plan.n, text != nullptr ? text : "idle"); });
}
