// SPDX-License-Identifier: Apache-2.0
//
// What must not grow: resident memory, what malloc has given out, descriptors, threads, goroutines; looked at once a
// second, and judged at the end.
//
// The first fifth of the samples is warming up. Growth is the median of the last fifth above that of the second, by
// more than what chance and allocators do: so a leak of any steady rate is found if the run is long enough, and a
// plateau that is reached late is not taken for one.
#pragma once

#include <malloc.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include "weft/weft.hpp"

namespace soak {

struct sample {
  double seconds = 0;
  std::array<double, 5> values{};  // as `names` says
};

inline constexpr std::array<const char*, 5> names{"RSS MB", "malloc MB", "descriptors", "threads", "goroutines"};
inline constexpr std::array<double, 5> slack{4, 1, 16, 12, 32};

inline double status_line(const char* key) {
  std::FILE* const status = std::fopen("/proc/self/status", "r");
  if (status == nullptr) return 0;
  char line[256];
  double found = 0;
  const std::string format = std::string(key) + ": %lf";
  while (std::fgets(line, sizeof line, status) != nullptr) {
    if (std::sscanf(line, format.c_str(), &found) == 1) break;
  }
  std::fclose(status);
  return found;
}

inline double open_descriptors() {
  return static_cast<double>(
      std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator()));
}

/// What is in use, without what malloc keeps for itself.
inline double malloc_megabytes() {
  const struct mallinfo2 now = mallinfo2();
  return static_cast<double>(now.uordblks + now.hblkhd) / (1 << 20);
}

inline sample look(double seconds) {
  return {seconds,
          {status_line("VmRSS") / 1024, malloc_megabytes(), open_descriptors(), status_line("Threads"),
           static_cast<double>(weft::num_goroutine())}};
}

/// The median of one value in the part of the samples that begins at `fifth` fifths.
inline double median(const std::vector<sample>& all, std::size_t fifth, std::size_t value) {
  std::vector<double> part;
  const std::size_t first = all.size() * fifth / 5;
  const std::size_t last = std::max(first + 1, all.size() * (fifth + 1) / 5);
  for (std::size_t i = first; i < std::min(last, all.size()); ++i) part.push_back(all[i].values[value]);
  std::sort(part.begin(), part.end());
  return part.empty() ? 0 : part[part.size() / 2];
}

/// One line on what became of each; false if one has grown.
inline bool judge(const std::vector<sample>& all, std::string& line) {
  bool good = true;
  for (std::size_t v = 0; v < names.size(); ++v) {
    const double before = median(all, 1, v);
    const double after = median(all, 4, v);
    const bool grown = after > before * 1.05 + slack[v];
    char text[100];
    std::snprintf(text, sizeof text, ", %s %.4g -> %.4g%s", names[v], before, after, grown ? " GROWN" : "");
    line += text;
    good = good && !grown;
  }
  return good;
}

}  // namespace soak
