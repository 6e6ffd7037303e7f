// SPDX-License-Identifier: Apache-2.0
//
// Writes a trace, the metrics and all profiles into the directory that is its argument, for peers.sh to open with other
// programs.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "weft/weft.hpp"

using namespace std::chrono_literals;

namespace {

volatile unsigned long burnt;

[[gnu::noinline]] void burn() {
  for (unsigned long i = 0; i < 50'000'000; ++i) burnt = burnt + i;
}

volatile int received;

[[gnu::noinline]] void wait_for(const weft::chan<int>& c) { received = c.recv().value_or(0); }

[[gnu::noinline]] void contend(weft::mutex& m) {
  m.lock();
  weft::sleep_for(1ms);
  m.unlock();
}

bool save_metrics(const std::string& file) {
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  return fd >= 0 && weft::write_open_metrics(fd) == 0 && close(fd) == 0;
}

bool all_well(std::initializer_list<weft::result<void>> results) {
  for (const auto& each : results) {
    if (!each) std::fprintf(stderr, "%s\n", each.error().message().c_str());
    if (!each) return false;
  }
  return true;
}

}  // namespace

int main(int, char** argv) {
  const std::string directory = argv[1];
  return weft::run([&] {
    weft::trace::start();
    weft::profile::block_rate(1ns);
    weft::profile::mutex_fraction(1);
    const weft::result<void> began = weft::profile::start_cpu(1000);
    const weft::chan<int> never;
    for (int i = 0; i < 3; ++i) weft::go({.label = "waits"}, [=] { wait_for(never); });
    weft::mutex m;
    weft::wait_group all;
    for (int i = 0; i < 4; ++i) all.go([&] { contend(m); });
    all.wait();
    weft::trace::task order("order");
    weft::spawn([&] {
      const weft::trace::region hot("hot");
      weft::trace::log(order, "it \"burns\"\n");
      burn();
    }).join();
    return save_metrics(directory + "/metrics.txt") &&
                   all_well({began, weft::profile::stop_cpu(directory + "/cpu.pb"),
                             weft::profile::save_goroutines(directory + "/goroutines.pb"),
                             weft::profile::save_blocks(directory + "/blocks.pb"),
                             weft::profile::save_mutexes(directory + "/mutexes.pb"),
                             weft::trace::stop(directory + "/trace.json")})
               ? 0
               : 1;
  });
}
