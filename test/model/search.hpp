// SPDX-License-Identifier: Apache-2.0
//
// Depth-first enumeration of everything that is left to chance. A run of the program asks choose(n) wherever it could
// go on in n ways; next() turns to the sequence of answers that follows the last one, until there is none. A program
// must be a function of the answers and of nothing else; then the answers, written as one character each, replay it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace weft::model {

class search {
 public:
  void begin() noexcept { at_ = 0; }

  /// One of 0 ... n-1.
  unsigned choose(unsigned n) {
    if (n == 1) return 0;
    if (at_ == taken_.size()) taken_.push_back({0, static_cast<std::uint8_t>(n)});
    answer& now = taken_[at_++];
    if (now.of == any) now.of = static_cast<std::uint8_t>(n);
    if (now.of != n || now.value >= n) {
      std::fprintf(stderr, "model: the program does not repeat itself: a choice of %u was one of %u\n", n, now.of);
      std::abort();
    }
    return now.value;
  }

  /// Prepares the next execution; false when all have been seen.
  bool next() noexcept {
    while (!taken_.empty() && taken_.back().value + 1 == taken_.back().of) taken_.pop_back();
    if (taken_.empty()) return false;
    ++taken_.back().value;
    return true;
  }

  [[nodiscard]] std::string text() const {
    std::string all;
    for (unsigned i = 0; i < at_; ++i) all += digits[taken_[i].value];
    return all;
  }

  void replay(const std::string& text) {
    taken_.clear();
    for (char c : text) {
      const std::string all = digits;
      taken_.push_back({static_cast<std::uint8_t>(all.find(c)), any});
    }
  }

 private:
  static constexpr std::uint8_t any = 0;
  static constexpr const char* digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

  struct answer {
    std::uint8_t value;
    std::uint8_t of;  // how many there were; `any`: not known yet, being replayed
  };
  std::vector<answer> taken_;
  std::size_t at_ = 0;  // how many of them this execution has used
};

}  // namespace weft::model
