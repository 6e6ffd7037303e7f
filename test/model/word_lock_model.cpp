// SPDX-License-Identifier: Apache-2.0
//
// The word lock (include/weft/detail/word_lock.hpp, the real code): whoever is inside is alone, sees what the one
// before him did, and everybody gets in.
//
// Covered, exhaustively, without a bound on preemptions: two threads that enter twice each, three that enter once, a
// thread that locks beside one that tries; all orders of steps, all stores that a load may read, modification order
// free. relax() is a pause of the model: how long a waiter spins is not covered, nor is fairness.
// Twins: unlock relaxed; exchange relaxed; try_lock in two steps.
//
// sentence: the word lock excludes
// seconds: 120
// expect-stdout: ^[0-9]+ passed, 0 failed$
#include "model/verdict.hpp"
#include "weft/detail/word_lock.hpp"

namespace {

using weft::detail::atomic;
using weft::detail::word_lock;
using weft::model::cell;
using weft::model::check;
using weft::model::options;
using weft::model::program;
using weft::model::verdict;

const char* const names[] = {"one", "two", "three"};

/// Every thread adds one to a plain counter, `times` times.
verdict::execution counting(int threads, int times) {
  return [=](program& p) {
    word_lock lock;
    cell<int> count;
    p.name(lock, "lock"), p.name(count, "count");
    for (int i = 0; i < threads; ++i) {
      p.thread(names[i], [&] {
        for (int k = 0; k < times; ++k) {
          lock.lock();
          count = count + 1;
          lock.unlock();
        }
      });
    }
    p.run();
    check(count == threads * times, "nothing is lost");
  };
}

void trying(program& p) {
  word_lock lock;
  cell<int> count;
  int entered = 0;
  p.name(lock, "lock"), p.name(count, "count");
  p.thread("locks", [&] {
    lock.lock();
    count = count + 1;
    ++entered;
    lock.unlock();
  });
  p.thread("tries", [&] {
    for (int i = 0; i < 2; ++i) {
      if (!lock.try_lock()) continue;
      count = count + 1;
      ++entered;
      lock.unlock();
    }
  });
  p.run();
  check(count == entered && lock.try_lock(), "everybody who got in has left");
}

/// A lock that looks and then takes.
void trying_in_two_steps(program& p) {
  atomic<unsigned> word{0};
  cell<int> count;
  p.name(word, "word"), p.name(count, "count");
  for (int i = 0; i < 2; ++i) {
    p.thread(names[i], [&] {
      if (word.load(std::memory_order_acquire) != 0) return;
      word.store(1, std::memory_order_relaxed);
      count = count + 1;
      word.store(0, std::memory_order_release);
    });
  }
  p.run();
}

}  // namespace

int main(int argc, char** argv) {
  verdict v(argc, argv);
  const options free_order{.any_modification_order = true};
  v.holds("a word lock excludes two threads, twice each", free_order, counting(2, 2));
  v.holds("a word lock excludes three threads", free_order, counting(3, 1));
  v.holds("one who tries and gets in is alone", free_order, trying);
  v.fails("twin: unlock is relaxed", "data race: count", {.relax_stores = true}, counting(2, 1));
  v.fails("twin: the exchange is relaxed", "data race: count", {.relax_updates = true}, counting(2, 1));
  v.fails("twin: try_lock looks, then takes", "data race: count", {}, trying_in_two_steps);
  return v.done();
}
