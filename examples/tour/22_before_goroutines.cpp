// SPDX-License-Identifier: Apache-2.0
//
// How such programs were written before Go, as two of the documents recall: model the program in threads, guard the
// shared memory with locks, and when there is more to do than the machine has threads for, multiplex the work onto a
// pool of them. Below the same job twice: a hundred numbers to square and add up, by a pool of threads with its queue
// and its locks, and by a goroutine for each number. The documents' rule is to discard the pool.
//
// sentence: a goroutine for each piece of work replaces a thread pool
// expect-exit: 0
// expect-output-exact:
//   a pool of 4 threads: 328350
//   a goroutine for each of 100 numbers: 328350
#include <weft/weft.hpp>

#include <cstdio>
#include <mutex>
#include <queue>
#include <thread>
#include <vector>

int with_a_pool() {
  std::mutex queue_lock, sum_lock;
  std::queue<int> queue;
  int sum = 0;
  for (int n = 0; n < 100; ++n) queue.push(n);

  std::vector<std::jthread> pool;
  for (int i = 0; i < 4; ++i) {
    pool.emplace_back([&] {
      while (true) {
        std::unique_lock taking(queue_lock);
        if (queue.empty()) return;
        int n = queue.front();
        queue.pop();
        taking.unlock();
        std::scoped_lock adding(sum_lock);
        sum += n * n;
      }
    });
  }
  pool.clear();  // joins them
  return sum;
}

int with_goroutines() {
  weft::chan<int> squares;
  for (int n = 0; n < 100; ++n) {
    weft::go([=] { squares.send(n * n); });
  }
  int sum = 0;
  for (int n = 0; n < 100; ++n) sum += squares.recv().value();
  return sum;
}

int main() {
  return weft::run([] {
    std::printf("a pool of 4 threads: %d\n", with_a_pool());
    std::printf("a goroutine for each of 100 numbers: %d\n", with_goroutines());
  });
}
