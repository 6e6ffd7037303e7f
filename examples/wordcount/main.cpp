// SPDX-License-Identifier: Apache-2.0
//
// wordcount: the main job of the examples, on real input. Counts the words of all text files under a directory with a
// pipeline of goroutines (pipeline.hpp, the file to read first) and prints the most frequent ones and how fast it was.
// With --check it counts again sequentially (check.hpp) and compares.
//
//   wordcount --top 5 --check /usr/share
//
// Exit status: 0, or 1 with a message when the directory cannot be read, the command line is wrong, the output cannot
// be written, or the counts differ.
#include <weft/weft.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <system_error>

#include "check.hpp"
#include "options.hpp"
#include "pipeline.hpp"
#include "progress.hpp"

namespace wordcount {
namespace {

double seconds_since(weft::clock::time_point start) {
  return std::chrono::duration<double>(weft::clock::now() - start).count();
}

unsigned long long number(std::uint64_t n) { return n; }

int root_failed(const std::string& root, int error) {
  std::fprintf(stderr,
               "wordcount: cannot read the directory %s: %s. Name a directory that exists and that you may read, for "
               "example: wordcount /usr/share\n",
               root.c_str(), std::generic_category().message(error).c_str());
  return 1;
}

void print(const result& counted, std::size_t top, double seconds) {
  const tally& all = counted.all;
  for (const word_table::entry& e : all.words.top(top)) {
    std::printf("%12llu  %.*s\n", number(e.count), static_cast<int>(e.size), e.text);
  }
  std::printf("%zu files, %.1f MB, %llu words, %zu different\n", all.files.size(), static_cast<double>(all.bytes) / 1e6,
              number(all.words.total()), all.words.different());
  std::printf("skipped: %llu binary, %llu unreadable, %llu larger than 64 MiB; %llu unreadable directories\n",
              number(all.binary), number(all.unreadable), number(all.too_large),
              number(counted.unreadable_directories));
  const std::uint64_t looked_at = all.files.size() + all.binary + all.unreadable + all.too_large;
  std::printf("%llu goroutines, GOMAXPROCS %d: %.2f s, %.0f files/s with those skipped, %.1f MB/s\n",
              number(counted.goroutines), weft::gomaxprocs(), seconds, static_cast<double>(looked_at) / seconds,
              static_cast<double>(all.bytes) / 1e6 / seconds);
}

/// True: the counts agree.
bool print_check(const tally& all) {
  const auto start = weft::clock::now();
  const verdict found = check(all);
  if (!found.difference.empty()) {
    std::fprintf(stderr, "wordcount: the sequential count differs: %s\n", found.difference.c_str());
    return false;
  }
  std::printf("sequential count agrees: %llu files in %.2f s\n", number(found.compared), seconds_since(start));
  if (found.changed != 0) {
    std::printf("not compared: %llu files that have changed meanwhile\n", number(found.changed));
  }
  return true;
}

int count_and_print(const options& wanted) {
  const auto start = weft::clock::now();
  progress shown;
  const result counted = count_words(wanted.root, shown);
  shown.stop();
  if (counted.root_error != 0) return root_failed(wanted.root, counted.root_error);
  print(counted, wanted.top, seconds_since(start));
  std::fflush(stdout);
  return wanted.check && !print_check(counted.all) ? 1 : 0;
}

}  // namespace
}  // namespace wordcount

int main(int argc, char** argv) {
  const wordcount::options wanted = wordcount::parse(argc, argv);
  if (!wanted.error.empty()) {
    std::fprintf(stderr, "wordcount: %s\n%s", wanted.error.c_str(), wordcount::usage);
    return 1;
  }
  if (wanted.help) return std::fputs(wordcount::usage, stdout) < 0 ? 1 : 0;

  const int status = weft::run([&] { return wordcount::count_and_print(wanted); });
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
    std::fputs("wordcount: the counts could not be written to standard output; is the disk full?\n", stderr);
    return 1;
  }
  return status;
}
