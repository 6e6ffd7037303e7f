// SPDX-License-Identifier: Apache-2.0
//
// What the tests of livelocks share. ctest runs them with WEFT_DIAG=livelock,livelockafter=100.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>

#include "harness.hpp"
#include "weft/livelock.hpp"
#include "weft/weft.hpp"

namespace weft::test {

using namespace std::chrono_literals;

inline std::atomic<std::size_t> reports{0};
inline std::atomic<std::size_t> parties{0};  // in the last report
inline std::string sentence;                 // of it; written by who reports

/// Notes what is told as long as it lives.
struct livelock_watch {
  livelock_watch() {
    reports = parties = 0;
    sentence.clear();
    weft::on_livelock([](const weft::livelock_report& report) {
      sentence = report.sentence();
      parties = report.parties();
      ++reports;
    });
  }
  ~livelock_watch() { weft::on_livelock(nullptr); }
  livelock_watch(const livelock_watch&) = delete;
  livelock_watch& operator=(const livelock_watch&) = delete;

  [[nodiscard]] static bool told() { return reports != 0; }
};

/// A step of a program: some thousand in a window, under sim in virtual time.
inline void step() { weft::sleep_for(100us); }

}  // namespace weft::test
