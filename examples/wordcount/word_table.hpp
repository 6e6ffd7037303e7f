// SPDX-License-Identifier: Apache-2.0
//
// Words and how often they occur: an open hash table whose words lie in an arena.
//
// How it works. Linear probing over a power of two of slots that is at most half full; a slot keeps the whole hash, so
// that a probe compares text only when the word is almost certainly the one, and growing never looks at text. A new
// word is copied into the arena, a list of blocks that never move; so a slot may point into it. Nothing is ever erased.
//
// Who may touch: one goroutine at a time. A table is handed on through a channel together with its words.
//
// Rejected: std::unordered_map<std::string, ...>, a node and often a string on the heap for each word, and three to
// four times as slow here. check.hpp uses it, on purpose.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace wordcount {

/// A hash for short texts: eight bytes at a step, the last step overlapping the one before (after wyhash).
inline std::uint64_t hash_of(std::string_view word) {
  const auto load = [](const char* from, std::size_t bytes) {
    std::uint64_t value = 0;
    std::memcpy(&value, from, bytes);
    return value;
  };
  const auto mix = [](std::uint64_t a, std::uint64_t b) {
    __extension__ using wide = unsigned __int128;
    const wide product = wide{a ^ 0xa0761d6478bd642f} * (b ^ 0xe7037ed1a0b428db);
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  };
  const char* at = word.data();
  const std::size_t size = word.size();
  if (size < 4) return mix(load(at, 1) | load(at + size / 2, 1) << 8 | load(at + size - 1, 1) << 16, size);
  if (size < 8) return mix(load(at, 4) | load(at + size - 4, 4) << 32, size);
  std::uint64_t hash = size;
  for (const char* last = at + size - 8; at < last; at += 8) hash = mix(load(at, 8), hash);
  return mix(load(word.data() + size - 8, 8), hash);
}

class word_table {
 public:
  struct entry {
    std::uint64_t hash = 0;
    std::uint64_t count = 0;  // 0: the slot is free
    const char* text = nullptr;
    std::size_t size = 0;

    [[nodiscard]] std::string_view word() const { return {text, size}; }
  };

  void add(std::string_view word, std::uint64_t times = 1) { add_hashed(hash_of(word), word, times); }

  void add_all(const word_table& other) {
    for (const entry& e : other.slots_) {
      if (e.count != 0) add_hashed(e.hash, e.word(), e.count);
    }
  }

  /// How often the word was added; 0 for a word that never was.
  [[nodiscard]] std::uint64_t count(std::string_view word) const { return slots_[find(hash_of(word), word)].count; }

  [[nodiscard]] std::size_t different() const { return used_; }
  [[nodiscard]] std::uint64_t total() const { return total_; }

  /// The n most frequent words, the most frequent first, equally frequent ones in the order of their bytes.
  [[nodiscard]] std::vector<entry> top(std::size_t n) const {
    std::vector<entry> all;
    all.reserve(used_);
    for (const entry& e : slots_) {
      if (e.count != 0) all.push_back(e);
    }
    n = std::min(n, all.size());
    std::partial_sort(
        all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n), all.end(),
        [](const entry& a, const entry& b) { return a.count != b.count ? a.count > b.count : a.word() < b.word(); });
    all.resize(n);
    return all;
  }

 private:
  static constexpr std::size_t block_size = 64 << 10;

  void add_hashed(std::uint64_t hash, std::string_view word, std::uint64_t times) {
    total_ += times;
    entry& e = slots_[find(hash, word)];
    if (e.count != 0) {
      e.count += times;
      return;
    }
    e = {hash, times, keep(word), word.size()};
    if (++used_ * 2 > slots_.size()) grow();
  }

  /// The slot of the word, or the free one where it belongs.
  [[nodiscard]] std::size_t find(std::uint64_t hash, std::string_view word) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    while (slots_[at].count != 0 && !(slots_[at].hash == hash && slots_[at].word() == word)) at = (at + 1) & mask;
    return at;
  }

  void grow() {
    std::vector<entry> old(slots_.size() * 2);
    old.swap(slots_);
    const std::size_t mask = slots_.size() - 1;
    for (const entry& e : old) {
      if (e.count == 0) continue;
      std::size_t at = e.hash & mask;
      while (slots_[at].count != 0) at = (at + 1) & mask;
      slots_[at] = e;
    }
  }

  const char* keep(std::string_view word) {
    if (word.size() > left_) {
      left_ = std::max(block_size, word.size());
      blocks_.push_back(std::make_unique_for_overwrite<char[]>(left_));
      next_ = blocks_.back().get();
    }
    char* text = next_;
    std::memcpy(text, word.data(), word.size());
    next_ += word.size();
    left_ -= word.size();
    return text;
  }

  std::vector<entry> slots_ = std::vector<entry>(1024);
  std::size_t used_ = 0;
  std::uint64_t total_ = 0;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;  // free bytes of the last block
  std::size_t left_ = 0;
};

}  // namespace wordcount
