// SPDX-License-Identifier: Apache-2.0
//
// It is copied by pread(2), not mapped: whoever owns it could make it shorter, and who had it mapped would die of that.
//
// Memory ordering: relaxed, for these are copies that nobody else writes.
#include "page.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>

namespace weft_tool {
namespace {

namespace wd = weft::detail;

std::uint64_t read(const wd::stats_word& word) { return word.load(wd::memory_order_relaxed); }
[[maybe_unused]] std::uint64_t read(std::uint64_t word) { return word; }

/// A copy of T as it is in the file.
template <class T>
struct copy_of {
  alignas(T) unsigned char bytes[sizeof(T)];

  bool take(int fd, std::uint64_t from) {
    return pread(fd, bytes, sizeof bytes, static_cast<off_t>(from)) == static_cast<ssize_t>(sizeof bytes);
  }
  const T& operator*() const { return *reinterpret_cast<const T*>(bytes); }
};

/// It is a page of this version, and what it says of itself makes sense.
bool is_sound(const wd::stats_head& head) {
  return read(head.magic) == wd::stats_magic && head.version == wd::stats_version &&
         head.lane_bytes >= sizeof(wd::stats_lane) && head.lane_room > 0 && head.lane_room <= 65536;
}

std::string text_of(const char* characters, std::size_t room) {
  return printable(std::string(characters, strnlen(characters, room)));
}

void read_hog(int fd, const wd::stats_head& head, snapshot& into) {
  copy_of<wd::stats_word> version;
  if (read(head.hog_version) % 2 != 0 || !version.take(fd, offsetof(wd::stats_head, hog_version)) ||
      read(*version) != read(head.hog_version)) {
    return;  // it is being written
  }
  into.hog_ns = read(head.hog_ns);
  into.hog_goroutine = read(head.hog_goroutine);
  into.hog_line = read(head.hog_line);
  into.hog_file = text_of(head.hog_file, sizeof head.hog_file);
}

void add_lane(const wd::stats_lane& lane, snapshot& into) {
  for (std::size_t c = 0; c < wd::stats_counters; ++c) into.counters[c] += read(lane.counters[c]);
  const auto& waits = lane.durations[static_cast<std::size_t>(wd::stats_duration::run_queue)];
  for (std::size_t b = 0; b < wd::stats_buckets; ++b) into.run_queue[b] += read(waits.buckets[b]);
}

}  // namespace

std::optional<page> page::open(const process& of, std::string& why) {
  if (of.page.empty()) {
    why = "it has no statistics page, or one that only its user and root may read";
    return std::nullopt;
  }
  page opened(::open(of.page.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat found {};
  if (opened.fd_ < 0 || fstat(opened.fd_, &found) != 0) {
    why = std::string("its statistics page cannot be opened: ") + std::strerror(errno);
    return std::nullopt;
  }
  copy_of<wd::stats_head> head;
  if (!S_ISREG(found.st_mode) || !head.take(opened.fd_, 0) || !is_sound(*head)) {
    why = "its statistics page is not finished, or that of another version of weft";
    return std::nullopt;
  }
  if (of.own_number != 0 && (*head).pid != of.own_number) {
    why = "its statistics page is that of process " + std::to_string((*head).pid) + ", from which it was forked";
    return std::nullopt;
  }
  return opened;
}

bool page::is_of(const process& still) const {
  struct stat ours {
  }, its{};
  return fstat(fd_, &ours) == 0 && stat(still.page.c_str(), &its) == 0 && ours.st_dev == its.st_dev &&
         ours.st_ino == its.st_ino;
}

page::page(page&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }

page::~page() {
  if (fd_ >= 0) close(fd_);
}

snapshot page::take() const {
  snapshot s;
  s.at_ns = monotonic_ns();
  copy_of<wd::stats_head> copied;
  if (!copied.take(fd_, 0) || !is_sound(*copied)) return s;
  const wd::stats_head& head = *copied;
  s.looked_ns = read(head.looked_ns);
  s.lanes = std::min<std::uint64_t>(read(head.lanes), head.lane_room);
  s.gomaxprocs = read(head.gomaxprocs);
  s.goroutines = read(head.goroutines);
  s.threads = read(head.threads);
  s.tokens_idle = read(head.tokens_idle);
  s.global_queue = read(head.global_queue);
  s.descriptor_waits = read(head.descriptor_waits);
  s.outside_waits = read(head.outside_waits);
  s.deadlocks = read(head.deadlocks);
  read_hog(fd_, head, s);
  copy_of<wd::stats_lane> lane;
  for (std::uint64_t i = 0; i < head.lane_room; ++i) {
    if (i >= s.lanes && i + 1 != head.lane_room) continue;
    if (!lane.take(fd_, head.lanes_at + i * head.lane_bytes)) break;
    add_lane(*lane, s);
    if (i < s.lanes) s.queued.push_back(read((*lane).gauges[static_cast<std::size_t>(wd::stats_gauge::queued)]));
  }
  return s;
}

std::uint64_t quantile(const snapshot& before, const snapshot& now, double share) {
  const auto gained = [&](std::size_t b) {  // a page that was damaged may say less than before
    return now.run_queue[b] >= before.run_queue[b] ? now.run_queue[b] - before.run_queue[b] : 0;
  };
  std::uint64_t all = 0;
  for (std::size_t b = 0; b < wd::stats_buckets; ++b) all += gained(b);
  const auto wanted = static_cast<std::uint64_t>(static_cast<double>(all) * share);
  std::uint64_t seen = 0;
  for (std::size_t b = 0; b < wd::stats_buckets && all > 0; ++b) {
    seen += gained(b);
    if (seen > wanted || seen == all) return wd::stats_floor(std::min(b + 1, wd::stats_buckets - 1));
  }
  return 0;
}

std::string duration(std::uint64_t ns) {
  const auto value = static_cast<double>(ns);
  char text[32];
  if (ns < 1'000)
    std::snprintf(text, sizeof text, "%.0f ns", value);
  else if (ns < 1'000'000)
    std::snprintf(text, sizeof text, "%.1f us", value / 1e3);
  else if (ns < 1'000'000'000)
    std::snprintf(text, sizeof text, "%.1f ms", value / 1e6);
  else
    std::snprintf(text, sizeof text, "%.1f s", value / 1e9);
  return text;
}

std::uint64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace weft_tool
