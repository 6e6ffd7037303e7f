// SPDX-License-Identifier: Apache-2.0
//
// weft_soak [SECONDS] [LEAK]: servers and clients in one process, connections that come and go, half of the visits
// misbehaving, and each second a few milliseconds in which there is no descriptor to be had; tells every ten seconds
// how it stands, and at the end in one line. Exit status 0 if nothing has grown (gauge.hpp), nothing was wrong and,
// when all has been closed, nothing is left. LEAK (memory, descriptors, threads, goroutines) leaks a little of that
// each second, to see that the soak finds it.
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "clients.hpp"
#include "gauge.hpp"

namespace {

using namespace soak;

constexpr int guests = 40;

/// glibc's malloc keeps a heap for each thread, up to eight for each processor, and all that was ever free in it: some
/// 1.2 MB each here, while 3 MB are in use. A busy machine makes more threads, and late. That would be growth, but no
/// leak.
constexpr int malloc_heaps = 2;

void tell(const sample& s, const counts& book) {
  std::printf("%5.0f s  %9ld visits  %ld wrong", s.seconds, book.visits.load(), book.wrong.load());
  for (std::size_t v = 0; v < names.size(); ++v) std::printf("  %s %.4g", names[v], s.values[v]);
  std::puts("");
  std::fflush(stdout);
}

/// For a moment nobody gets a descriptor.
void run_short() {
  rlimit usual{};
  getrlimit(RLIMIT_NOFILE, &usual);
  rlimit none = usual;
  none.rlim_cur = 0;
  ++shortages;
  setrlimit(RLIMIT_NOFILE, &none);
  weft::sleep_for(5ms);
  setrlimit(RLIMIT_NOFILE, &usual);
  ++shortages;
}

/// What a soak must find, a second's worth of it.
void leak(const std::string& what) {
  if (what == "memory") std::fill_n(static_cast<char*>(std::malloc(1 << 20)), 1 << 20, 'x');
  if (what == "descriptors") {
    for (int i = 0; i < 3; ++i) static_cast<void>(dup(2));
  }
  if (what == "goroutines") {
    for (int i = 0; i < 5; ++i) weft::go([] { static_cast<void>(weft::chan<int>().recv()); });
  }
  if (what == "threads") {
    for (int i = 0; i < 2; ++i) {
      std::thread([] {
        for (;;) pause();
      }).detach();
    }
  }
}

/// The samples of so many seconds.
std::vector<sample> soak_for(int seconds, counts& book, const std::string& directory, const std::string& leaking) {
  secure_server secure;
  servers all("@weft-soak-" + std::to_string(getpid()));
  std::atomic<bool> over{false};
  weft::wait_group clients;
  for (unsigned i = 0; i < guests; ++i) {
    clients.go([&, i] {
      client guest(all, secure, book, directory, 1 + i);
      while (!over) guest.visit();
    });
  }
  std::vector<sample> samples;
  const auto begun = weft::clock::now();
  for (int second = 1; second <= seconds; ++second) {
    weft::sleep_until(begun + std::chrono::seconds(second));
    samples.push_back(look(second));
    if (second % 10 == 0) tell(samples.back(), book);
    run_short();
    leak(leaking);
  }
  over = true;
  clients.wait();
  all.close();
  secure.close();
  return samples;
}

/// Whether all has gone that came: what the first use of sockets, files and children opens stays.
bool is_clean(double descriptors_before) {
  for (int tries = 0; tries < 100; ++tries) {
    if (weft::num_goroutine() == 1 && open_descriptors() <= descriptors_before) return true;
    weft::sleep_for(20ms);
  }
  std::printf("left: %zu goroutines, %g descriptors (%g before)\n", weft::num_goroutine(), open_descriptors(),
              descriptors_before);
  return false;
}

int run_soak(int seconds, const std::string& leaking) {
  std::string directory = std::filesystem::temp_directory_path() / "weft-soak-XXXXXX";
  if (mkdtemp(directory.data()) == nullptr) return 1;
  counts book;
  static_cast<void>(soak_for(2, book, directory, ""));
  const double descriptors = open_descriptors();
  const std::vector<sample> samples = soak_for(seconds, book, directory, leaking);
  std::string line;
  bool good = judge(samples, line);
  const bool clean = is_clean(descriptors);
  std::filesystem::remove_all(directory);
  good = good && clean && book.wrong == 0;
  std::printf("soak: %d s, %ld visits by %d clients, %ld wrong%s, %s left: %s\n", seconds, book.visits.load(), guests,
              book.wrong.load(), line.c_str(), clean ? "nothing" : "something", good ? "ok" : "FAILED");
  return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const int seconds = argc > 1 ? std::atoi(argv[1]) : 600;
  const std::string leaking = argc > 2 ? argv[2] : "";
  if (argc > 3 || seconds < 5) {
    std::fprintf(stderr, "usage: weft_soak [SECONDS] [LEAK]   (at least 5; 600 unless told)\n");
    return 2;
  }
  mallopt(M_ARENA_MAX, malloc_heaps);
  return weft::run([&] { return run_soak(seconds, leaking); });
}
