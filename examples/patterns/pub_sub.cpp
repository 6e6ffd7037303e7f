// SPDX-License-Identifier: Apache-2.0
//
// Publish and subscribe. A topic hands every message to every subscriber, and waits for none: each has a mailbox of
// its own, and if that is full the oldest message is dropped, because for news the newest counts. A subscription ends
// with its scope.
//
// sentence: a topic hands every message to every subscriber, and a slow one misses the oldest
// engines: both
// expect-exit: 0
// expect-output-exact:
//   quick: 100 messages, the last is 100
//   slow: 4 messages, 97 to 100
//   subscribers left: 0
#include <weft/weft.hpp>

#include <cstdio>
#include <list>
#include <mutex>
#include <shared_mutex>
#include <vector>

template <class T>
class topic {
  using mailboxes = std::list<weft::chan<T>>;

 public:
  class subscription {
   public:
    subscription(topic& of, std::size_t room) : of_(of) {
      const std::unique_lock hold(of_.guard_);
      at_ = of_.subscribers_.emplace(of_.subscribers_.end(), room);
    }
    subscription(const subscription&) = delete;
    subscription& operator=(const subscription&) = delete;
    ~subscription() {
      const std::unique_lock hold(of_.guard_);
      of_.subscribers_.erase(at_);
    }
    [[nodiscard]] weft::receiver<T> messages() const { return *at_; }

   private:
    topic& of_;
    typename mailboxes::iterator at_;
  };

  void publish(const T& message) {
    const std::scoped_lock one_at_a_time(publishing_);
    const std::shared_lock hold(guard_);
    for (const weft::chan<T>& mailbox : subscribers_) {
      while (!mailbox.try_send(message)) static_cast<void>(mailbox.try_recv());  // make room
    }
  }

  void close() {
    const std::shared_lock hold(guard_);
    for (const weft::chan<T>& mailbox : subscribers_) mailbox.close();
  }

  [[nodiscard]] std::size_t size() {
    const std::shared_lock hold(guard_);
    return subscribers_.size();
  }

 private:
  weft::mutex publishing_;
  weft::shared_mutex guard_;
  mailboxes subscribers_;
};

int main() {
  return weft::run([] {
    topic<int> news;
    {
      const topic<int>::subscription quick(news, 100), slow(news, 4);
      for (int n = 1; n <= 100; ++n) news.publish(n);
      news.close();

      int count = 0, last = 0;
      for (int n : quick.messages()) ++count, last = n;
      std::printf("quick: %d messages, the last is %d\n", count, last);
      std::vector<int> got;
      for (int n : slow.messages()) got.push_back(n);
      std::printf("slow: %zu messages, %d to %d\n", got.size(), got.front(), got.back());
    }
    std::printf("subscribers left: %zu\n", news.size());
  });
}
