// SPDX-License-Identifier: Apache-2.0
//
// How far a long count has come, on standard error, if that is a terminal: a line that is written anew five times a
// second. A goroutine of its own waits for the next tick or for the end, whichever comes first.
#pragma once

#include <weft/weft.hpp>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>

namespace wordcount {

class progress {
 public:
  progress() {
    if (::isatty(STDERR_FILENO) == 1) showing_ = weft::spawn([this] { show(); });
  }
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;
  ~progress() { stop(); }

  /// One more file, of that many bytes. Called by any goroutine.
  void add(std::uint64_t bytes) {
    files_.fetch_add(1, std::memory_order_relaxed);  // both are only shown, and order nothing
    bytes_.fetch_add(bytes, std::memory_order_relaxed);
  }

  /// Removes the line. Called by the goroutine that made this, once it wants to print.
  void stop() {
    if (!showing_.joinable()) return;
    ended_.close();
    showing_.join();
  }

 private:
  void show() {
    bool shown = false;
    while (weft::select(weft::on_recv(ended_), weft::on_recv(weft::after(std::chrono::milliseconds(200)))) == 1) {
      std::fprintf(stderr, "\r%llu files, %llu MB ",
                   static_cast<unsigned long long>(files_.load(std::memory_order_relaxed)),
                   static_cast<unsigned long long>(bytes_.load(std::memory_order_relaxed) / 1'000'000));
      shown = true;
    }
    if (shown) std::fputs("\r\033[K", stderr);  // back to the beginning, and erase the line
  }

  std::atomic<std::uint64_t> files_ = 0;
  std::atomic<std::uint64_t> bytes_ = 0;
  weft::chan<weft::unit> ended_;
  weft::task<void> showing_;
};

}  // namespace wordcount
