// SPDX-License-Identifier: Apache-2.0
//
// The kinds of parties that can use a channel, so that a test can run the same body as each.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "styles.hpp"

namespace weft::test {

enum class party { goroutine, thread };

inline constexpr party all_parties[] = {party::goroutine, party::thread};

inline const char* name(party kind) { return kind == party::thread ? "thread" : "goroutine"; }

/// Runs a function as a party of the given kind. join() waits for its end; without join() the destructor does.
class partner {
 public:
  partner(party kind, std::function<void()> f) {
    auto body = [f = std::move(f), done = ended_] {
      f();
      done.close();
    };
    if (kind == party::thread) {
      thread_ = std::thread(std::move(body));
    } else {
      go(std::move(body));
    }
  }
  partner(partner&&) = default;
  ~partner() { join(); }

  void join() {
    if (ended_ != nullptr) ended_.recv();
    if (thread_.joinable()) thread_.join();  // it has used weft for the last time: this does not take long
  }

 private:
  chan<unit> ended_;
  std::thread thread_;
};

/// Returns when so many parties wait, threads among them. (settle() knows of goroutines only.)
inline void until_waiting(std::size_t parties) {
  while (weft::testing::count().waiters < parties) yield();
}

/// A coroutine that begins at once and destroys itself at its end.
struct detached {
  struct promise_type {
    detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

}  // namespace weft::test
