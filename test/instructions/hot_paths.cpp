// SPDX-License-Identifier: Apache-2.0
//
// The hot paths, for guard.sh: each is a function that does something n times. Under callgrind the program dumps what n
// and what 2n operations took, one file each; the difference is n operations, without what goes before and after them.
// Everything runs on one worker, so that nothing depends on when a thread gets a processor. Outside valgrind the
// program does the same work and says nothing.
//
// What is counted is every instruction of the process: the C library's malloc, too, and the callers' own loops.
#include <array>
#include <chrono>
#include <optional>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else  // guard.sh finds no valgrind either, and says so
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS_AT(name) static_cast<void>(name)
#endif

#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;
using numbers = weft::chan<long>;

volatile long result;  // what was received: so that nothing is optimised away

struct guarded {
  weft::mutex lock;
  long counter = 0;
};

void mutex_uncontended(long n) {
  guarded shared;
  for (long i = 0; i < n; ++i) {
    shared.lock.lock();
    ++shared.counter;
    shared.lock.unlock();
  }
  result = shared.counter;
}

/// A send and a receive, by two goroutines.
void pass(const numbers& line, long n) {
  weft::go([=] {
    for (long i = 0; i < n; ++i) line.send(i);
    line.close();
  });
  long sum = 0;
  for (long i : line) sum += i;
  result = sum;
}

void buffered(long n) { pass(numbers(128), n); }
void stream(long n) { pass(numbers(), n); }

void same_goroutine(long n) {
  const numbers line(128);
  long sum = 0;
  for (long i = 0; i < n; ++i) {
    line.send(i);
    sum += line.recv().value_or(0);
  }
  result = sum;
}

void ping_pong(long n) {
  const numbers ping, pong;
  weft::go([=] {
    for (long i : ping) pong.send(i + 1);
    pong.close();
  });
  long sum = 0;
  for (long i = 0; i < n; ++i) {
    ping.send(i);
    sum += pong.recv().value_or(0);
  }
  ping.close();
  while (pong.recv()) {
  }
  result = sum;
}

/// n yields in all, by two goroutines.
void yield(long n) {
  weft::wait_group both;
  for (int goroutine = 0; goroutine < 2; ++goroutine) {
    both.go([half = n / 2] {
      for (long i = 0; i < half; ++i) weft::yield();
    });
  }
  both.wait();
}

void spawn_join(long n) {
  long sum = 0;
  for (long i = 0; i < n; ++i) sum += weft::spawn([i] { return i; }).join();
  result = sum;
}

long fib(long n) {
  if (n < 2) return n;
  auto left = weft::spawn([n] { return fib(n - 1); });
  const long right = fib(n - 2);
  return left.join() + right;
}

/// Spawns and joins that nest: the tenth number forks 88 times.
void fork_join(long n) {
  for (long done = 0; done < n; done += 88) result = fib(10);
}

/// From go() to the end of the goroutine, in batches that fit the run queue.
void go_exit(long n) {
  for (long done = 0; done < n; done += 100) {
    weft::wait_group batch;
    batch.add(100);
    for (int i = 0; i < 100; ++i) weft::go([&batch] { batch.done(); });
    batch.wait();
  }
}

[[gnu::noinline]] void select_over(const std::array<numbers, 4>& lines, long& sum) {
  const auto add = [&sum](std::optional<long> v) { sum += v.value_or(0); };
  weft::select(weft::on_recv(lines[0], add), weft::on_recv(lines[1], add), weft::on_recv(lines[2], add),
               weft::on_recv(lines[3], add));
}

void select_default(long n) {
  const numbers a, b, c, d;
  long sum = 0;
  const auto add = [&sum](std::optional<long> v) { sum += v.value_or(0); };
  for (long i = 0; i < n; ++i) {
    weft::select(weft::on_recv(a, add), weft::on_recv(b, add), weft::on_recv(c, add), weft::on_recv(d, add),
                 weft::otherwise([&sum] { ++sum; }));
  }
  result = sum;
}

/// A send, and the select that finds it.
void select_ready(long n) {
  const std::array<numbers, 4> lines{numbers(1), numbers(1), numbers(1), numbers(1)};
  long sum = 0;
  for (long i = 0; i < n; ++i) {
    lines[static_cast<std::size_t>(i % 4)].send(i);
    select_over(lines, sum);
  }
  result = sum;
}

/// A send, and the select that has waited for it. Begun anew often: who waits for whom settles one way or the other.
void select_block(long n) {
  constexpr long at_once = 100;
  const std::array<numbers, 4> lines;
  long sum = 0;
  for (long done = 0; done < n; done += at_once) {
    weft::go([=] {
      for (long i = 0; i < at_once; ++i) lines[static_cast<std::size_t>(i % 4)].send(i);
    });
    for (long i = 0; i < at_once; ++i) select_over(lines, sum);
  }
  result = sum;
}

/// A receive that arms a timer, waits, gets its answer and disarms it.
void bounded_wait(long n) {
  const numbers line;
  weft::go([=] {
    for (long i = 0; i < n; ++i) line.send(i);
  });
  long sum = 0;
  for (long i = 0; i < n; ++i) {
    if (const auto got = line.recv_for(1h)) sum += got->value_or(0);
  }
  result = sum;
}

void timer_reset(long n) {
  const weft::timer later(1h);
  for (long i = 0; i < n; ++i) later.reset(1h);
  later.stop();
}

struct hot_path {
  const char* name;
  const char* twice;  // the name of the dump with twice the operations
  void (*run)(long n);
};

#define PATH(name) \
  { #name, #name "*2", name }
constexpr hot_path paths[] = {
    PATH(mutex_uncontended), PATH(same_goroutine), PATH(buffered),    PATH(stream),
    PATH(ping_pong),         PATH(yield),          PATH(go_exit),     PATH(spawn_join),
    PATH(fork_join),         PATH(bounded_wait),   PATH(timer_reset), PATH(select_default),
    PATH(select_ready),      PATH(select_block),
};
#undef PATH

constexpr long operations = 4400;  // guard.sh divides by it; a multiple of 88 and of 100

void measure(const hot_path& path) {
  path.run(operations);  // memory and symbols are warm
  CALLGRIND_ZERO_STATS;
  path.run(operations);
  CALLGRIND_DUMP_STATS_AT(path.name);
  path.run(2 * operations);
  CALLGRIND_DUMP_STATS_AT(path.twice);
}

}  // namespace

int main() {
  return weft::run(
      [] {
        for (const hot_path& path : paths) measure(path);
      },
      {.workers = 1});
}
