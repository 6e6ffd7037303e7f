// SPDX-License-Identifier: Apache-2.0
//
// The statistics page of another process (weft/detail/stats_page.hpp). It is read without the process's help, so it
// tells something also of one that hangs or is stopped.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "processes.hpp"
#include "weft/detail/stats_page.hpp"

namespace weft_tool {

/// What is in the page at one moment, as far as numbers go that others write meanwhile.
struct snapshot {
  std::uint64_t at_ns = 0;      // CLOCK_MONOTONIC, when it was taken
  std::uint64_t looked_ns = 0;  // when the process last looked at itself
  std::uint64_t lanes = 0, gomaxprocs = 0, goroutines = 0, threads = 0, tokens_idle = 0, global_queue = 0;
  std::uint64_t descriptor_waits = 0, outside_waits = 0, deadlocks = 0;
  std::uint64_t counters[weft::detail::stats_counters] = {};  // sums over lanes
  std::vector<std::uint64_t> queued;                          // of each lane
  std::uint64_t run_queue[weft::detail::stats_buckets] = {};  // the histogram of waits for a worker
  std::uint64_t hog_ns = 0, hog_goroutine = 0, hog_line = 0;
  std::string hog_file;
};

class page {
 public:
  /// Nothing: there is none, it may not be read, or it is of another version; `why` says which.
  static std::optional<page> open(const process& of, std::string& why);
  page(page&& other) noexcept;
  page& operator=(page&&) = delete;
  ~page();

  [[nodiscard]] snapshot take() const;

  /// Whether it is still that of the process: another may have its number by now.
  [[nodiscard]] bool is_of(const process& still) const;

 private:
  explicit page(int opened) : fd_(opened) {}

  int fd_;  // ours; -1: moved away, or could not be opened
};

/// The least duration below which `share` of what the histogram has gained since then lie; 0: nothing has.
std::uint64_t quantile(const snapshot& before, const snapshot& now, double share);

/// "12 ms", "3.4 us".
std::string duration(std::uint64_t ns);

[[nodiscard]] std::uint64_t monotonic_ns();

}  // namespace weft_tool
