// SPDX-License-Identifier: Apache-2.0
//
// The command line.
#pragma once

#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace wordcount {

inline constexpr const char* usage =
    "usage: wordcount [--top N] [--check] [DIRECTORY]\n"
    "Counts the words of all text files under DIRECTORY (/usr/share if not given) and prints the most frequent.\n"
    "  --top N   how many of them (10)\n"
    "  --check   count the same files again, one after the other, and compare\n"
    "  --help    print this and exit\n"
    "Files that contain a zero byte among their first 4096, that are larger than 64 MiB or cannot be read are skipped\n"
    "and counted; symbolic links are not followed.\n";

struct options {
  std::string root = "/usr/share";
  std::size_t top = 10;
  bool check = false;
  bool help = false;
  std::string error;  // what is wrong with the command line, or empty
};

/// Accepts a number from 0 to a million, and nothing before or after it.
inline bool parse_count(std::string_view text, std::size_t& count) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc() && end == text.data() + text.size() && count <= 1'000'000;
}

inline options parse(int argc, char** argv) {
  options parsed;
  bool root_given = false;
  for (int i = 1; i < argc && parsed.error.empty(); ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--help") {
      parsed.help = true;
    } else if (argument == "--check") {
      parsed.check = true;
    } else if (argument == "--top") {
      const std::string_view number = i + 1 < argc ? argv[++i] : "";
      if (!parse_count(number, parsed.top)) {
        parsed.error = "--top needs a number from 0 to 1000000, not \"" + std::string(number) + "\"";
      }
    } else if (argument.starts_with('-') && argument.size() > 1) {
      parsed.error = "there is no option " + std::string(argument);
    } else if (root_given || argument.empty()) {
      parsed.error = "one directory is expected";
    } else {
      parsed.root = argument;
      root_given = true;
    }
  }
  return parsed;
}

}  // namespace wordcount
