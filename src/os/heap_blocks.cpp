// SPDX-License-Identifier: Apache-2.0
//
// A heap of glibc's is chunks without gaps. The second word of each is its size, a multiple of 16, with three flags in
// its low bits; what malloc has returned begins at the third word, and ends where the second word of the next chunk is:
//
//     chunk   | end of the last block | size and flags | block ...
//     next    |      ... block        | size and flags | block ...
//
// The main heap is the mapping [heap], from its first byte to its last. Others begin at multiples of 64 MiB with a
// record of their own (its address of the arena, the previous heap, the size in use, the size mapped), and in the first
// heap of an arena the arena's state follows, whose size differs from version to version: the first chunk is looked
// for.
//
// A heap is believed only if the walk from its first chunk arrives exactly at its end: what another allocator has put
// there does not look so. unchanged() walks again and compares a sum over all sizes.
//
// Free blocks. Of a chunk in one of malloc's bins the next one says so: its flag `previous_in_use` is not set. The last
// chunk of a heap is what malloc has not given away yet. Blocks in the cache of a thread look as if they were in use. A
// cache is a block of its own, known by its size and by what lies in it: as many blocks of each size as it says, each
// with its successor, encoded by its own address (since 2.32), and with the same key. Nor are those told from others
// that lie in an arena's fastbins; these are lists of the same kind, in the arena's state.
//
// That state is full of the addresses of chunks, each of which is where the block before it ends. Of the main arena it
// is a variable of the C library's: it is where the address of the last chunk stands in front of 127 bins, most of them
// empty, which point to themselves.
//
// A block is taken to begin at its third word and to end with the word after its last one: a pointer past the end of an
// array leads to the array.
#include "os/heap_blocks.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "os/pages.hpp"

namespace weft::detail {

namespace {

constexpr std::uintptr_t heap_span = std::uintptr_t{64} << 20;  // heaps but the main one begin at multiples
constexpr std::uintptr_t least_header = 32;
constexpr std::uintptr_t most_header = 8192;  // the record and the arena's state together
constexpr std::uintptr_t least_chunk = 32;
constexpr std::uintptr_t header = 16;
constexpr std::uintptr_t mark_distance = 4096;
constexpr std::size_t text_size = 64 * 1024;

// A thread's cache of free blocks (glibc 2.32 to 2.41): how many there are of each size, and the first of each.
constexpr std::uintptr_t cached_sizes = 64;
constexpr std::uintptr_t most_cached = 1024;  // of a size; 7 if nobody has asked for more
constexpr std::uintptr_t thread_cache = header + cached_sizes * (sizeof(std::uint16_t) + sizeof(void*));
constexpr std::uintptr_t fast_sizes = 10;
constexpr std::size_t most_fast = std::size_t{1} << 20;

// The state of an arena: locks and flags, the fastbins, the last chunk and the one that was split last, 127 bins of two
// words, and seven words.
constexpr std::uintptr_t fast_offset = 16;
constexpr std::uintptr_t top_offset = 96;
constexpr std::uintptr_t bin_count = 127;
constexpr std::uintptr_t after_bins = 7 * 8;
constexpr std::size_t most_data = std::size_t{4} << 20;  // of one object's variables

enum flag : std::uintptr_t { previous_in_use = 1, is_mapped = 2, all_flags = 7 };

/// The size of the chunk; 0: it is none. The two short ones that glibc puts at the end of a heap that it has left count
/// as one.
std::uintptr_t chunk_at(std::uintptr_t at, std::uintptr_t end, memory_reader& reader) noexcept {
  std::uintptr_t word = 0;
  if (end - at < header || !reader.read(at + 8, word) || (word & is_mapped) != 0) return 0;
  const std::uintptr_t size = word & ~std::uintptr_t{all_flags};
  const std::uintptr_t left = end - at;
  if (size == 0 && left == header && word == previous_in_use) return header;
  if (size == header && left == 2 * header) return 2 * header;
  return size >= least_chunk && size % 16 == 0 && size <= left ? size : 0;
}

/// Calls step(chunk) for each; whether the walk has arrived.
template <class Step>
bool walk(std::uintptr_t begin, std::uintptr_t end, memory_reader& reader, Step step) {
  std::uintptr_t at = begin;
  while (at < end) {
    const std::uintptr_t size = chunk_at(at, end, reader);
    if (size == 0) return false;
    step(at);
    at += size;
  }
  return at == end;
}

/// The successor in a list of free blocks, as it stands in the one at `at`.
std::uintptr_t revealed(std::uintptr_t at, std::uintptr_t word) noexcept { return word ^ (at >> 12); }

/// What malloc has returned of the chunk at `at`, of which `next` is the end.
hidden_range inside(std::uintptr_t at, std::uintptr_t next) noexcept { return {at + header, next + 8}; }

void add_to(std::uint64_t& sum, std::uintptr_t at) noexcept { sum = (sum ^ at) * 0x9e3779b97f4a7c15; }

}  // namespace

void* mapped_memory::do_allocate(std::size_t bytes, std::size_t /*alignment*/) {
  void* const memory = map_zeros(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void mapped_memory::do_deallocate(void* p, std::size_t bytes, std::size_t /*alignment*/) { unmap_zeros(p, bytes); }

memory_reader::memory_reader() : page_(static_cast<std::uintptr_t*>(map_zeros(page))) {}

memory_reader::~memory_reader() {
  if (page_ != nullptr) unmap_zeros(page_, page);
}

bool memory_reader::read(std::uintptr_t at, std::uintptr_t& word) noexcept {
  const std::uintptr_t wanted = at / page * page;
  if (wanted != at_ || at_ == 0) {
    at_ = 0;
    if (page_ == nullptr || ::pread(memory_.fd, page_, page, static_cast<off_t>(wanted)) != ssize_t{page}) return false;
    at_ = wanted;
  }
  word = page_[(at - wanted) / sizeof word];
  return true;
}

void heap_blocks::read(memory_reader& reader) {
  arenas_.clear();
  own_.clear();
  caches_.clear();
  fast_.clear();
  data_.clear();
  main_ = {};
  main_top_ = 0;
  auto* const text = static_cast<char*>(map_zeros(text_size));
  if (text == nullptr) return;
  struct visit {
    heap_blocks& self;
    memory_reader& reader;
  } both{*this, reader};
  const bool all = for_each_mapping(
      text, text_size,
      [](void* arg, const mapping& each) {
        auto& v = *static_cast<visit*>(arg);
        return v.self.consider(each, v.reader);
      },
      &both);
  unmap_zeros(text, text_size);
  if (!all) {
    arenas_.clear();
    own_.clear();
    return;
  }
  if (main_.end() != main_.begin()) add(main_.begin(), main_.end(), reader);
  for (const std::uintptr_t each : caches_) add_cached(~each, reader);
  for (const std::uintptr_t each : fast_) add_fast(~each, reader);
  if (main_top_ != 0) add_main_state(reader);
}

bool heap_blocks::consider(const mapping& each, memory_reader& reader) {
  if (!each.readable || !each.writable || each.shared) return true;
  if (each.inode != 0) {
    if (each.end - each.begin <= most_data) data_.emplace_back(each.begin, each.end);
  } else if (std::strcmp(each.name, "[heap]") == 0) {
    main_ = {main_.end() == each.begin ? main_.begin() : each.begin, each.end};
  } else {
    add_arenas(each, reader);
  }
  return true;
}

void heap_blocks::add(std::uintptr_t begin, std::uintptr_t end, memory_reader& reader) {
  arena made{{begin, end}, 0, std::pmr::vector<std::uintptr_t>(&memory_)};
  std::uintptr_t next_mark = begin;
  std::uintptr_t last = 0;
  const std::size_t own_before = own_.size();
  const std::size_t caches_before = caches_.size();
  const bool whole = walk(begin, end, reader, [&](std::uintptr_t at) {
    add_to(made.sum, at);
    std::uintptr_t word = 0;
    if (reader.read(at + 8, word)) {
      if (last != 0 && (word & previous_in_use) == 0) own_.push_back(inside(last, at));
      if ((word & ~std::uintptr_t{all_flags}) == thread_cache) caches_.push_back(~at);
    }
    last = at;
    if (at < next_mark) return;
    made.marks.push_back(~at);
    next_mark = at + mark_distance;
  });
  if (!whole) {
    own_.resize(own_before);
    caches_.resize(caches_before);
    return;
  }
  if (end - last > 2 * header) {
    own_.emplace_back(last + header, end);
    if (begin == main_.begin()) main_top_ = ~last;
  }
  arenas_.push_back(std::move(made));
}

void heap_blocks::add_arenas(const mapping& each, memory_reader& reader) {
  for (std::uintptr_t base = (each.begin + heap_span - 1) / heap_span * heap_span; base + most_header < each.end;
       base += heap_span) {
    std::uintptr_t arena_at = 0;
    std::uintptr_t size = 0;
    std::uintptr_t mapped = 0;
    if (!reader.read(base, arena_at) || !reader.read(base + 16, size) || !reader.read(base + 24, mapped)) continue;
    const std::uintptr_t of_first = arena_at % heap_span;
    if (of_first < least_header || of_first > 128 || size > mapped || mapped > heap_span || size < most_header ||
        base + mapped > each.end) {
      continue;
    }
    for (std::uintptr_t at = base + least_header; at < base + most_header; at += 16) {
      std::uintptr_t word = 0;
      if (!reader.read(at + 8, word) || (word & previous_in_use) == 0) continue;
      const std::size_t before = arenas_.size();
      add(at, base + size, reader);
      if (arenas_.size() == before) continue;
      own_.emplace_back(base, at);
      if (arena_at > base && arena_at < at) fast_.push_back(~(arena_at + fast_offset));
      break;
    }
  }
}

bool heap_blocks::is_chunk(std::uintptr_t at, std::uintptr_t size, memory_reader& reader) const {
  const bool in_heap =
      std::any_of(arenas_.begin(), arenas_.end(), [&](const arena& each) { return each.blocks.holds(at); });
  return in_heap && at % 16 == 0 && chunk_at(at, at + size, reader) == size;
}

/// If the block of the chunk is a cache: what it has. Otherwise nothing.
void heap_blocks::add_cached(std::uintptr_t cache, memory_reader& reader) {
  const std::uintptr_t counts_at = cache + header;
  const std::uintptr_t first_at = counts_at + cached_sizes * sizeof(std::uint16_t);
  const std::size_t before = own_.size();
  std::uintptr_t key = 0;
  bool is_one = true;
  for (std::uintptr_t i = 0; i < cached_sizes && is_one; ++i) {
    const std::uintptr_t size = least_chunk + i * 16;
    std::uintptr_t counts = 0;
    std::uintptr_t block = 0;
    is_one = reader.read(counts_at + i / 4 * 8, counts) && reader.read(first_at + i * 8, block);
    const std::uintptr_t count = counts >> (i % 4 * 16) & 0xffff;
    is_one = is_one && count <= most_cached;
    for (std::uintptr_t n = 0; n < count && is_one; ++n) {
      const std::uintptr_t at = block;
      std::uintptr_t its_key = 0;
      is_one = is_chunk(at - header, size, reader) && reader.read(at, block) && reader.read(at + 8, its_key) &&
               its_key != 0 && (key == 0 || its_key == key);
      if (!is_one) break;
      key = its_key;
      block = revealed(at, block);
      own_.push_back(inside(at - header, at - header + size));
    }
    is_one = is_one && block == 0;
  }
  if (!is_one) own_.resize(before);
}

/// What is in the fastbins of an arena, or nothing if these are not where they should be.
void heap_blocks::add_fast(std::uintptr_t lists, memory_reader& reader) {
  const std::size_t before = own_.size();
  for (std::uintptr_t i = 0; i < fast_sizes; ++i) {
    const std::uintptr_t size = least_chunk + i * 16;
    std::uintptr_t chunk = 0;
    bool known = reader.read(lists + i * 8, chunk);
    for (std::size_t n = 0; known && chunk != 0; ++n) {
      std::uintptr_t next = 0;
      known = n < most_fast && is_chunk(chunk, size, reader) && reader.read(chunk + header, next);
      if (!known) break;
      own_.push_back(inside(chunk, chunk + size));
      chunk = revealed(chunk + header, next);
    }
    if (known) continue;
    own_.resize(before);
    return;
  }
}

/// Whether `top_at`, where the address of the main heap's last chunk stands, is in the state of malloc's main arena:
/// then its bins follow, each of which is empty, and points to itself, or points to chunks.
bool heap_blocks::is_main_state(std::uintptr_t top_at, memory_reader& reader) const {
  std::uintptr_t empty = 0;
  for (std::uintptr_t bin = top_at; bin < top_at + bin_count * 16; bin += 16) {
    std::uintptr_t first = 0;
    std::uintptr_t last = 0;
    if (!reader.read(bin + 16, first) || !reader.read(bin + 24, last)) return false;
    const bool is_empty = first == bin && last == bin;
    if (!is_empty && (!main_.holds(first) || !main_.holds(last))) return false;
    empty += is_empty ? 1 : 0;
  }
  return empty > bin_count / 2;
}

/// That state is a variable of the C library's, full of the addresses of chunks, which are where the blocks before them
/// end.
void heap_blocks::add_main_state(memory_reader& reader) {
  for (const hidden_range& each : data_) {
    for (std::uintptr_t at = each.begin(); at + 8 <= each.end(); at += 8) {
      std::uintptr_t word = 0;
      if (!reader.read(at, word) || word != ~main_top_ || !is_main_state(at, reader)) continue;
      own_.emplace_back(at - top_offset, at + 16 + bin_count * 16 + after_bins);
      add_fast(at - top_offset + fast_offset, reader);
      return;
    }
  }
}

bool heap_blocks::unchanged(memory_reader& reader) const {
  return std::all_of(arenas_.begin(), arenas_.end(), [&](const arena& each) {
    std::uint64_t sum = 0;
    return walk(each.blocks.begin(), each.blocks.end(), reader, [&](std::uintptr_t at) { add_to(sum, at); }) &&
           sum == each.sum;
  });
}

hidden_range heap_blocks::block_of(std::uintptr_t address, memory_reader& reader) const {
  for (const arena& each : arenas_) {
    if (!each.blocks.holds(address)) continue;
    if (address - each.blocks.begin() < header) return {};
    const std::uintptr_t in =
        address - header;  // so what begins at a third word, and ends with a second one, is a chunk
    const auto after = std::upper_bound(each.marks.begin(), each.marks.end(), in,
                                        [](std::uintptr_t a, std::uintptr_t mark) { return a < ~mark; });
    if (after == each.marks.begin()) return {};
    std::uintptr_t at = ~*(after - 1);
    for (std::uintptr_t size = 0; at < each.blocks.end(); at += size) {
      size = chunk_at(at, each.blocks.end(), reader);
      if (size == 0) return {};
      if (in < at + size) return {at + header, std::min(at + size + header, each.blocks.end())};
    }
  }
  return {};
}

}  // namespace weft::detail
