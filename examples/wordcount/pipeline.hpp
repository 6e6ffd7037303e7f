// SPDX-License-Identifier: Apache-2.0
//
// The pipeline: goroutines that share nothing and pass everything on through channels.
//
//   walk ──paths──> read, one goroutine for each file ──texts──> count, one goroutine for each core ──partial──> reduce
//                     ^                                              │
//                     └────────────────── buffers <──────────────────┘
//
//   walk    lists directories and sends the paths of the files in them.
//   read    reads one file into a buffer and sends it on. A goroutine for each file, as Go would have it, and bounded
//           as Go would: a reader is started when there is a buffer for it, so the channel of buffers is a semaphore
//           whose permits are what they permit to use.
//   count   counts words into a table of its own and gives the buffer back. When no text is left it sends its table.
//   reduce  adds up the tables.
//
// The end travels the same way: walk closes paths; when all readers are done, texts is closed; each counter then sends
// its table, and as many tables as there are counters is all. System calls that may wait for a disk are made inside
// blocking(), so that a slow disk holds up a thread and no other goroutine.
#pragma once

#include <weft/weft.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "directory.hpp"
#include "progress.hpp"
#include "text_file.hpp"
#include "word_table.hpp"
#include "words.hpp"

namespace wordcount {

/// A file that was counted, for whoever wants to check it.
struct counted_file {
  std::string path;
  stamp when;
  std::uint64_t words = 0;
};

/// What one counter has counted; and, after reduce, all of them.
struct tally {
  word_table words;
  std::vector<counted_file> files;
  std::uint64_t bytes = 0;
  std::uint64_t binary = 0;
  std::uint64_t unreadable = 0;
  std::uint64_t too_large = 0;

  void add(tally&& other) {
    words.add_all(other.words);
    files.insert(files.end(), std::make_move_iterator(other.files.begin()), std::make_move_iterator(other.files.end()));
    bytes += other.bytes;
    binary += other.binary;
    unreadable += other.unreadable;
    too_large += other.too_large;
  }
};

struct result {
  int root_error = 0;  // errno: the directory itself could not be read, and nothing was counted
  std::uint64_t unreadable_directories = 0;
  std::uint64_t goroutines = 0;  // started, the one that called included
  tally all;
};

namespace detail {

using buffer = std::unique_ptr<text_buffer>;

struct document {
  std::string path;
  buffer text;
  stamp when;
  outcome read = outcome::unreadable;
};

struct walked {
  int root_error = 0;
  std::uint64_t unreadable_directories = 0;
};

inline walked walk(const std::string& root, const weft::sender<std::string>& paths) {
  walked result;
  std::vector<std::string> ahead{root};
  while (!ahead.empty()) {
    const std::string path = std::move(ahead.back());
    ahead.pop_back();
    directory listed = weft::blocking([&] { return list(path); });
    if (listed.error != 0) ++result.unreadable_directories;
    if (listed.error != 0 && path == root) result.root_error = listed.error;
    for (std::string& file : listed.files) paths.send(std::move(file));
    for (std::string& child : listed.directories) ahead.push_back(std::move(child));
  }
  paths.close();
  return result;
}

inline void count_into(tally& mine, document& read) {
  switch (read.read) {
    case outcome::binary:
      ++mine.binary;
      return;
    case outcome::unreadable:
      ++mine.unreadable;
      return;
    case outcome::too_large:
      ++mine.too_large;
      return;
    case outcome::text:
      break;
  }
  const std::uint64_t before = mine.words.total();
  for_each_word(read.text->data(), read.text->size(), [&](std::string_view word) { mine.words.add(word); });
  mine.bytes += read.text->size();
  mine.files.push_back({std::move(read.path), read.when, mine.words.total() - before});
}

}  // namespace detail

/// Counts the words of all text files under `root`. Called from a goroutine. `shown` is told of each file.
inline result count_words(const std::string& root, progress& shown) {
  using detail::buffer;
  using detail::document;
  const int counters = weft::gomaxprocs();
  const int readers_at_once = 2 * counters;  // while one text is counted the next is read

  weft::chan<std::string> paths(1024);
  weft::chan<buffer> buffers(readers_at_once);
  weft::chan<document> texts(readers_at_once);
  weft::chan<std::unique_ptr<tally>> partial;
  result counted;
  counted.goroutines = 1;  // this one

  auto walking = weft::spawn([&] { return detail::walk(root, paths); });
  ++counted.goroutines;

  for (int i = 0; i < counters; ++i, ++counted.goroutines) {
    weft::go([=, &shown] {
      auto mine = std::make_unique<tally>();
      for (document read : texts) {
        shown.add(read.read == outcome::text ? read.text->size() : 0);
        detail::count_into(*mine, read);
        buffers.send(std::move(read.text));
      }
      partial.send(std::move(mine));
    });
  }

  weft::wait_group readers;
  for (int i = 0; i < readers_at_once; ++i) buffers.send(std::make_unique<text_buffer>());
  for (std::string path : paths) {
    readers.go([=, path = std::move(path), text = *buffers.recv()]() mutable {
      document read{std::move(path), std::move(text), {}};
      read.read = weft::blocking([&] { return read_text(read.path, *read.text, read.when); });
      texts.send(std::move(read));
    });
    ++counted.goroutines;
  }
  readers.wait();
  texts.close();

  for (int i = 0; i < counters; ++i) counted.all.add(std::move(**partial.recv()));
  const detail::walked walked = walking.join();
  counted.root_error = walked.root_error;
  counted.unreadable_directories = walked.unreadable_directories;
  return counted;
}

}  // namespace wordcount
