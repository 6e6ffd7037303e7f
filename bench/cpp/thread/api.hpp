// SPDX-License-Identifier: Apache-2.0
//
// Threads and condition variables as the C++ peers' programs see them (../README.md): what one writes without any
// library. The channels are textbook ones: a mutex, two condition variables, a deque or a place to meet.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace peer {

using mutex = std::mutex;

inline void yield() { std::this_thread::yield(); }

template <class F>
std::thread spawn(F f) {
  return std::thread(std::move(f));
}

class buffered {
 public:
  explicit buffered(std::size_t capacity) : capacity_(capacity) {}

  void send(long item) {
    std::unique_lock hold(lock_);
    not_full_.wait(hold, [&] { return items_.size() < capacity_; });
    items_.push_back(item);
    not_empty_.notify_one();
  }

  std::optional<long> recv() {
    std::unique_lock hold(lock_);
    not_empty_.wait(hold, [&] { return !items_.empty() || closed_; });
    if (items_.empty()) return std::nullopt;
    const long item = items_.front();
    items_.pop_front();
    not_full_.notify_one();
    return item;
  }

  void close() {
    const std::unique_lock hold(lock_);
    closed_ = true;
    not_empty_.notify_all();
  }

 private:
  const std::size_t capacity_;
  std::mutex lock_;
  std::condition_variable not_full_, not_empty_;
  std::deque<long> items_;
  bool closed_ = false;
};

/// A send returns when its item has been taken.
class unbuffered {
 public:
  void send(long item) {
    std::unique_lock hold(lock_);
    free_.wait(hold, [&] { return !item_; });
    item_ = item;
    const unsigned long mine = ++sent_;
    there_.notify_one();
    taken_.wait(hold, [&] { return received_ >= mine; });
  }

  std::optional<long> recv() {
    std::unique_lock hold(lock_);
    there_.wait(hold, [&] { return item_ || closed_; });
    if (!item_) return std::nullopt;
    const long item = *std::exchange(item_, std::nullopt);
    ++received_;
    taken_.notify_all();
    free_.notify_one();
    return item;
  }

  void close() {
    const std::unique_lock hold(lock_);
    closed_ = true;
    there_.notify_all();
  }

 private:
  std::mutex lock_;
  std::condition_variable free_, there_, taken_;
  std::optional<long> item_;
  unsigned long sent_ = 0, received_ = 0;
  bool closed_ = false;
};

template <class F>
int run(F main) {
  return main();
}

}  // namespace peer
