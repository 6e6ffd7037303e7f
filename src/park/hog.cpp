// SPDX-License-Identifier: Apache-2.0
//
// Memory ordering: the page's copy is a sequence lock for readers in other processes, with one writer, under the lock.
#include "park/hog.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>

#include "park/stats.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {
namespace {

word_lock lock;
hog_record longest;  // under lock

/// The end of a text is what tells paths apart.
void copy_end(const char* text, char* out, std::size_t size) noexcept {
  if (text == nullptr) text = "";
  const std::size_t length = std::strlen(text);
  const std::size_t kept = std::min(length, size - 1);
  std::memcpy(out, text + (length - kept), kept);
  out[kept] = '\0';
}

/// Under the lock.
void publish(bool whole) noexcept {
  stats_head& head = stats();
  const std::uint64_t version = head.hog_version.load(memory_order_relaxed);
  head.hog_version.store(version + 1, memory_order_seq_cst);
  head.hog_ns.store(static_cast<std::uint64_t>(longest.duration), memory_order_release);  // pairs with readers' loads
  head.hog_at_ns.store(static_cast<std::uint64_t>(longest.seen_at), memory_order_release);
  if (whole) {
    head.hog_goroutine.store(longest.goroutine, memory_order_release);
    head.hog_line.store(longest.line, memory_order_release);
    head.hog_frame_count.store(longest.frame_count, memory_order_release);
    for (std::size_t i = 0; i < longest.frame_count; ++i) {
      head.hog_frames[i].store(reinterpret_cast<std::uintptr_t>(longest.frames[i]), memory_order_release);
    }
    copy_end(longest.file, head.hog_file, sizeof head.hog_file);
    copy_end(longest.label, head.hog_label, sizeof head.hog_label);
  }
  head.hog_version.store(version + 2, memory_order_release);  // pairs with readers' loads
}

}  // namespace

hog_record longest_hog() noexcept {
  const std::lock_guard guard(lock);
  return longest;
}

void set_longest_hog(const hog_record& hog) noexcept {
  const std::lock_guard guard(lock);
  longest = hog;
  publish(true);
}

void lengthen_hog(nanoseconds duration, nanoseconds time) noexcept {
  const std::lock_guard guard(lock);
  longest.duration = duration;
  longest.seen_at = time;
  publish(false);
}

}  // namespace weft::detail
