// SPDX-License-Identifier: Apache-2.0
//
// A worker pool: jobs in, results out, in any order. A group joins the workers; the first one that fails cancels the
// others, and its exception reaches whoever waits for the group.
//
// sentence: a pool of workers does every job once, and the first failure ends the pool
// engines: both
// expect-exit: 0
// expect-output-exact:
//   1000 jobs, sum of squares 332833500
//   failed: job 13 is unlucky
#include <weft/weft.hpp>

#include <cstdio>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

/// Calls f for every job, on so many workers, and returns what it returned. Throws what the first failing f threw.
std::vector<long> for_each_job(int workers, const std::vector<int>& jobs, const std::function<long(int)>& f) {
  const weft::chan<int> in;
  const weft::chan<long> out;
  std::vector<long> results;
  weft::group pool;
  pool.go([&] {
    for (int job : jobs) {
      if (!in.send(pool.context(), job)) break;
    }
    in.close();
  });
  weft::wait_group working;
  working.add(workers);
  for (int i = 0; i < workers; ++i) {
    pool.go([&] {
      struct leave {
        weft::wait_group& all;
        ~leave() { all.done(); }
      } at_end{working};
      for (int job : in) {
        if (pool.context().err() || !out.send(pool.context(), f(job))) return;
      }
    });
  }
  pool.go([&] {
    working.wait();
    out.close();
  });
  for (long result : out) results.push_back(result);
  pool.wait().value();
  return results;
}

int main() {
  return weft::run([] {
    std::vector<int> jobs(1000);
    std::iota(jobs.begin(), jobs.end(), 0);

    const auto squares = for_each_job(8, jobs, [](int n) { return static_cast<long>(n) * n; });
    std::printf("%zu jobs, sum of squares %ld\n", squares.size(), std::accumulate(squares.begin(), squares.end(), 0L));

    try {
      for_each_job(8, jobs, [](int n) -> long {
        if (n == 13) throw std::runtime_error("job " + std::to_string(n) + " is unlucky");
        return n;
      });
    } catch (const std::exception& e) {
      std::printf("failed: %s\n", e.what());
    }
  });
}
