// SPDX-License-Identifier: Apache-2.0
//
// The check: the same files counted again by the plainest program that could do it, one file after the other, with
// std::string and std::unordered_map and without any of the code that it checks, except for reading a file.
//
// Files under a live system change, such as logs. A file whose size or time of change is not what it was when the
// pipeline read it, or that is gone, is left out, and the number of those is told. Then the counts must agree like
// this:
//   1. For each file that is compared, the number of its words is the same.
//   2. No word occurs more often here than the pipeline says.
//   3. What the pipeline has beyond that are exactly the words of the files left out: none if none was.
#pragma once

#include <cctype>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "pipeline.hpp"

namespace wordcount {

struct verdict {
  std::string difference;  // empty: the counts agree
  std::uint64_t compared = 0;
  std::uint64_t changed = 0;
};

namespace detail {

using plain_counts = std::unordered_map<std::string, std::uint64_t>;

inline std::uint64_t count_plainly(std::string_view text, plain_counts& counts) {
  std::uint64_t words = 0;
  std::string word;
  const auto end_of_word = [&] {
    if (word.empty()) return;
    ++counts[word];
    ++words;
    word.clear();
  };
  for (const char c : text) {
    const bool ascii_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool beyond_ascii = static_cast<unsigned char>(c) >= 0x80;
    if (beyond_ascii) {
      word += c;
    } else if (ascii_letter) {
      word += static_cast<char>(c | 0x20);
    } else {
      end_of_word();
    }
  }
  end_of_word();
  return words;
}

inline std::string times(std::string_view word, std::uint64_t pipeline, std::uint64_t sequential) {
  return "\"" + std::string(word) + "\" occurs " + std::to_string(pipeline) + " times for the pipeline and " +
         std::to_string(sequential) + " times for the sequential count";
}

}  // namespace detail

/// Counts the files of `counted` again and compares.
inline verdict check(const tally& counted) {
  verdict found;
  detail::plain_counts counts;
  text_buffer text;
  std::uint64_t words = 0, words_left_out = 0;
  for (const counted_file& file : counted.files) {
    stamp now;
    if (read_text(file.path, text, now) != outcome::text || now != file.when) {
      ++found.changed;
      words_left_out += file.words;
      continue;
    }
    ++found.compared;
    const std::uint64_t here = detail::count_plainly({text.data(), text.size()}, counts);
    words += here;
    if (here != file.words) {
      found.difference = file.path + ": " + std::to_string(file.words) + " words for the pipeline and " +
                         std::to_string(here) + " for the sequential count";
      return found;
    }
  }
  for (const auto& [word, times] : counts) {
    const std::uint64_t there = counted.words.count(word);
    if (times > there || (times != there && found.changed == 0)) {
      found.difference = detail::times(word, there, times);
      return found;
    }
  }
  if (counted.words.total() != words + words_left_out) {
    found.difference = "the pipeline counted " + std::to_string(counted.words.total()) +
                       " words, the sequential count " + std::to_string(words) + ", and " +
                       std::to_string(words_left_out) + " were left out";
  } else if (found.changed == 0 && counted.words.different() != counts.size()) {
    found.difference = "the pipeline found " + std::to_string(counted.words.different()) +
                       " different words, the sequential count " + std::to_string(counts.size());
  }
  return found;
}

}  // namespace wordcount
