// SPDX-License-Identifier: Apache-2.0
//
// Quantiles: within the bucket in which the share is reached, as if its durations lay evenly, but never more than the
// longest.
#include <algorithm>
#include <cmath>
#include <limits>

#include "weft/metrics.hpp"

namespace weft {

void duration_histogram::record(std::chrono::nanoseconds duration, std::uint64_t times) noexcept {
  const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
  buckets_[detail::stats_bucket(ns)] += times;
  sum_ns_ += ns * times;
  if (times != 0) longest_ns_ = std::max(longest_ns_, ns);
}

std::uint64_t duration_histogram::count() const noexcept {
  std::uint64_t n = 0;
  for (const std::uint64_t bucket : buckets_) n += bucket;
  return n;
}

std::chrono::nanoseconds duration_histogram::sum() const noexcept {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  return std::chrono::nanoseconds(std::min(sum_ns_, most));
}

std::chrono::nanoseconds duration_histogram::mean() const noexcept {
  const std::uint64_t n = count();
  return std::chrono::nanoseconds(n != 0 ? sum_ns_ / n : 0);
}

std::chrono::nanoseconds duration_histogram::quantile(double share) const noexcept {
  const std::uint64_t all = count();
  if (all == 0 || std::isnan(share)) return {};
  const double wanted = std::clamp(share, 0.0, 1.0) * static_cast<double>(all);
  double below = 0;
  for (std::size_t i = 0; i < bucket_count; ++i) {
    const auto here = static_cast<double>(buckets_[i]);
    if (here == 0 || below + here < wanted) {
      below += here;
      continue;
    }
    const auto from = static_cast<double>(detail::stats_floor(i));
    const auto to = i + 1 < bucket_count ? static_cast<double>(detail::stats_floor(i + 1)) : from;
    const auto ns = static_cast<std::uint64_t>(from + (to - from) * (wanted - below) / here);
    return std::chrono::nanoseconds(longest_ns_ != 0 ? std::min(ns, longest_ns_) : ns);
  }
  return longest();
}

duration_histogram& duration_histogram::operator+=(const duration_histogram& other) noexcept {
  for (std::size_t i = 0; i < bucket_count; ++i) buckets_[i] += other.buckets_[i];
  sum_ns_ += other.sum_ns_;
  longest_ns_ = std::max(longest_ns_, other.longest_ns_);
  return *this;
}

duration_histogram& duration_histogram::operator-=(const duration_histogram& earlier) noexcept {
  std::size_t last = 0;
  for (std::size_t i = 0; i < bucket_count; ++i) {
    buckets_[i] -= std::min(buckets_[i], earlier.buckets_[i]);
    if (buckets_[i] != 0) last = i + 1;
  }
  const std::uint64_t gained = sum_ns_ - earlier.sum_ns_;
  sum_ns_ = gained >> 63 == 0 ? gained : 0;  // less than before: it was no earlier copy
  if (longest_ns_ == earlier.longest_ns_) {  // it was there before
    longest_ns_ = last == 0 ? 0 : last < bucket_count ? std::min(longest_ns_, detail::stats_floor(last)) : longest_ns_;
  }
  return *this;
}

}  // namespace weft
