// SPDX-License-Identifier: Apache-2.0
//
// Every kind of diagnosis with an allocator that gives nothing.
//
// guarantee: BI3 BI3.1 BI3.2 BI3.4
// engines: sched
// sentence: diagnosis without memory tells less and does not hang
// not-under: address thread (they bring their own allocator)
// seconds: 120
// expect-stdout: ^\[panic\] err: panic: no memory left
// expect-stdout: ^\[panic\] err: goroutine 1 \[running\]:$
// expect-stdout: ^\[panic\] exit 2$
// expect-stdout: ^\[dump\] err: goroutine \d+ \[chan receive, .*\] \{waits\}:$
// expect-stdout: ^\[dump\] err:   .*waits_here
// expect-stdout: ^\[dump\] exit 0$
// expect-stdout: ^\[quit\] err: SIGQUIT: quit$
// expect-stdout: ^\[quit\] err:   .*waits_here
// expect-stdout: ^\[quit\] exit 2$
// expect-stdout: ^\[deadlock\] err: fatal error: all goroutines are asleep - deadlock!$
// expect-stdout: ^\[deadlock\] exit 2$
// expect-stdout: ^\[circle\] err: weft: deadlock: goroutine \d+ waits for mutex .* held by itself
// expect-stdout: ^\[circle\] exit 0$
// expect-stdout: ^\[leaks\] err: weft: goroutines left when main returned:$
// expect-stdout: ^\[leaks\] err: goroutine \d+ \[chan receive, .*\] \{waits\}:$
// expect-stdout: ^\[leaks\] exit 0$
// expect-stdout: ^\[lock order\] exit 0$
// expect-stdout: ^\[trace\] out: saved: yes$
// expect-stdout: ^\[trace\] exit 0$
// expect-stdout: ^\[profiles\] out: goroutines: no memory, blocks: no memory, cpu: no memory$
// expect-stdout: ^\[profiles\] exit 0$
// expect-stdout: ^\[metrics\] out: read: yes, text: bad_alloc, page: yes$
// expect-stdout: ^\[metrics\] exit 0$
// expect-stdout: ^\[schedtrace\] err: SCHED
// expect-stdout: ^\[schedtrace\] exit 0$
// expect-stdout: ^\[address space\] err: goroutine \d+ \[chan receive, .*\] \{waits\}:$
// expect-stdout: ^\[address space\] err:   and 199 more like it
// expect-stdout: ^\[address space\] out: trace: no memory, goroutines: no memory$
// expect-stdout: ^\[address space\] err: panic: no address space left$
// expect-stdout: ^\[address space\] exit 2$
// expect-stdout-not: did not end|signal
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <mutex>
#include <new>
#include <string>

#include "scene.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

std::atomic<bool> empty{false};

}  // namespace

extern "C" {

void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);

void* nothing() {
  errno = ENOMEM;
  return nullptr;
}

void* malloc(std::size_t n) { return empty.load() ? nothing() : __libc_malloc(n); }
void* calloc(std::size_t n, std::size_t size) { return empty.load() ? nothing() : __libc_calloc(n, size); }
void* realloc(void* old, std::size_t n) { return empty.load() ? nothing() : __libc_realloc(old, n); }
}

/// For the length of its life there is no memory.
struct famine {
  famine() { empty = true; }
  famine(const famine&) = delete;
  famine& operator=(const famine&) = delete;
  ~famine() { empty = false; }
};

[[gnu::noinline]] int waits_here(const weft::chan<int>& c) { return c.recv().value_or(0) + 1; }

/// Starts a goroutine that waits, and then calls `f`.
template <class F>
int beside_a_waiter(F f, weft::run_options options = {}) {
  return weft::run(
      [&] {
        static const weft::chan<int> never;
        weft::go({.label = "waits"}, [] { waits_here(never); });
        weft::testing::settle();
        return f(never);
      },
      options);
}

const char* name_of(const weft::result<void>& r) {
  return r ? "yes" : r.error() == std::errc::not_enough_memory ? "no memory" : "another error";
}

int circle() {
  static weft::mutex m;
  return beside_a_waiter([](const weft::chan<int>&) {
    weft::go([] {
      m.lock();
      const famine now;
      m.lock();
    });
    weft::testing::settle();
    return 0;
  });
}

int lock_order() {
  return weft::run([] {
    weft::mutex a, b;
    const famine now;
    for (weft::mutex* each : {&a, &b, &a}) {
      const std::scoped_lock first(*each);
      const std::scoped_lock second(each == &a ? b : a);
    }
  });
}

int trace() {
  const int file = dup(2);
  const int null = fileno(std::tmpfile());
  const int status = beside_a_waiter([null](const weft::chan<int>&) {
    const famine now;
    return weft::trace::save(null) ? 0 : 1;
  });
  std::printf("saved: %s\n", status == 0 ? "yes" : "no");
  close(file);
  return 0;
}

int profiles() {
  return beside_a_waiter([](const weft::chan<int>&) {
    const std::string file = "/dev/null";
    weft::profile::block_rate(std::chrono::nanoseconds(1));
    static_cast<void>(weft::profile::start_cpu(100));
    const char* told[3];
    {
      const famine now;
      told[0] = name_of(weft::profile::save_goroutines(file));
      told[1] = name_of(weft::profile::save_blocks(file));
      told[2] = name_of(weft::profile::stop_cpu(file));
    }
    std::printf("goroutines: %s, blocks: %s, cpu: %s\n", told[0], told[1], told[2]);
    return 0;
  });
}

int metrics() {
  return beside_a_waiter([](const weft::chan<int>&) {
    bool read = false, page = false;
    const char* text = "there";
    {
      const famine now;
      read = weft::read_metrics().started != 0;
      page = weft::read_longest_slice().duration.count() >= 0;
      try {
        static_cast<void>(weft::open_metrics_text());
      } catch (const std::bad_alloc&) {
        text = "bad_alloc";
      }
    }
    std::printf("read: %s, text: %s, page: %s\n", read ? "yes" : "no", text, page ? "yes" : "no");
    return 0;
  });
}

void turn(std::chrono::milliseconds time) {
  const auto until = weft::clock::now() + time;
  while (weft::clock::now() < until) weft::yield();
}

/// Lines that there is no memory for are missing. One worker: no thread is to be started.
int schedtrace() {
  const auto body = [](const weft::chan<int>&) {
    {
      const famine now;
      turn(std::chrono::milliseconds(50));
    }
    turn(std::chrono::milliseconds(50));
    return 0;
  };
  return beside_a_waiter(body, {.workers = 1});
}

/// Neither the heap nor anybody else gets memory from the system.
void close_address_space() {
  std::ifstream statm("/proc/self/statm");
  rlim_t pages = 0;
  statm >> pages;
  const rlimit limit{pages * 4096, pages * 4096};
  setrlimit(RLIMIT_AS, &limit);
}

int address_space() {
  static const weft::chan<int> never;
  return weft::run([] {
    for (int i = 0; i < 200; ++i) weft::go({.label = "waits"}, [] { waits_here(never); });
    weft::testing::settle();
    const std::string file = "/dev/null";
    close_address_space();
    weft::dump_goroutines(2);
    const char* const saved = name_of(weft::trace::save(file));
    const char* const counted = name_of(weft::profile::save_goroutines(file));
    std::printf("trace: %s, goroutines: %s\n", saved, counted);
    std::fflush(stdout);
    weft::panic("no address space left");
  });
}

int main() {
  scene("address space").play(address_space);
  scene("panic").play([] {
    return beside_a_waiter([](const weft::chan<int>&) -> int {
      empty = true;
      weft::panic("no memory left");
    });
  });
  scene("dump").play([] {
    return beside_a_waiter([](const weft::chan<int>&) {
      const famine now;
      weft::dump_goroutines(2);
      return 0;
    });
  });
  scene("quit").play([] {
    return beside_a_waiter([](const weft::chan<int>&) -> int {
      empty = true;
      kill(getpid(), SIGQUIT);
      for (;;) weft::yield();
    });
  });
  scene("deadlock").play([] {
    return beside_a_waiter([](const weft::chan<int>& never) {
      empty = true;
      return never.recv().value_or(0);
    });
  });
  scene("circle").play(circle);
  scene("leaks").play([] {
    return beside_a_waiter(
        [](const weft::chan<int>&) {
          empty = true;
          return 0;
        },
        {.report = true});
  });
  scene("lock order").play(lock_order, "WEFT_DIAG", "lockorder");
  scene("trace").play(trace);
  scene("profiles").play(profiles);
  scene("metrics").play(metrics);
  scene("schedtrace").play(schedtrace, "WEFT_DEBUG", "schedtrace=2");
}
