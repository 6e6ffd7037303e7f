// SPDX-License-Identifier: Apache-2.0
//
// Boost.Fiber as the C++ peers' programs see it (../README.md). One worker: the default round-robin scheduler, in the
// main thread. More (GOMAXPROCS): as many threads, with the scheduler that steals. Stacks have 64 KiB, from a pool
// where one thread has them all (the pool is not safe for more).
#pragma once

#include <atomic>
#include <boost/fiber/all.hpp>
#include <cstdlib>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace peer {

using mutex = boost::fibers::mutex;

inline int workers() {
  const char* text = std::getenv("GOMAXPROCS");
  return text != nullptr && std::atoi(text) > 0 ? std::atoi(text) : 1;
}

inline void yield() { boost::this_fiber::yield(); }

template <class F>
boost::fibers::fiber spawn(F f) {
  constexpr std::size_t size = 64 << 10;
  if (workers() > 1) {
    return {boost::fibers::launch::post, std::allocator_arg, boost::fibers::fixedsize_stack(size), std::move(f)};
  }
  static boost::fibers::pooled_fixedsize_stack pool(size);
  return {boost::fibers::launch::post, std::allocator_arg, pool, std::move(f)};
}

/// The library has two channels. The ring of the buffered one holds one item less than its size, a power of two.
template <class Channel>
class basic_channel {
 public:
  template <class... Args>
  explicit basic_channel(Args... args) : channel_(args...) {}
  void send(long item) { channel_.push(item); }
  std::optional<long> recv() {
    long item = 0;
    if (channel_.pop(item) != boost::fibers::channel_op_status::success) return std::nullopt;
    return item;
  }
  void close() { channel_.close(); }

 private:
  Channel channel_;
};
using unbuffered = basic_channel<boost::fibers::unbuffered_channel<long>>;
using buffered = basic_channel<boost::fibers::buffered_channel<long>>;

/// Calls main in a fiber, with the workers that there ought to be.
template <class F>
int run(F main) {
  const int n = workers();
  if (n == 1) return main();
  int status = 0;
  bool done = false;
  boost::fibers::mutex lock;
  boost::fibers::condition_variable ended;
  const auto work = [&](bool first) {
    boost::fibers::use_scheduling_algorithm<boost::fibers::algo::work_stealing>(static_cast<std::uint32_t>(n), true);
    if (first) {
      status = main();
      std::unique_lock hold(lock);
      done = true;
      ended.notify_all();
    } else {
      std::unique_lock hold(lock);
      ended.wait(hold, [&] { return done; });
    }
  };
  std::vector<std::thread> others;
  for (int i = 1; i < n; ++i) others.emplace_back(work, false);
  work(true);
  for (std::thread& t : others) t.join();
  return status;
}

}  // namespace peer
