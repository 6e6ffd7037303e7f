// SPDX-License-Identifier: Apache-2.0
//
// From where to where the blocks of the heap lie: of glibc's malloc, as it is laid out since version 2.26. With another
// allocator there are none, and of memory that this one has mapped for a single large block nothing is known either.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "os/mappings.hpp"
#include "os/own_memory.hpp"

namespace weft::detail {

/// Memory by mappings, for containers that must neither use nor change the heap.
class mapped_memory : public std::pmr::memory_resource {
  void* do_allocate(std::size_t bytes, std::size_t alignment) override;
  void do_deallocate(void* p, std::size_t bytes, std::size_t alignment) override;
  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

/// Words of this process's own memory, read without the danger of a fault, by way of a copy of the page that was read
/// last.
class memory_reader {
 public:
  memory_reader();
  memory_reader(const memory_reader&) = delete;
  memory_reader& operator=(const memory_reader&) = delete;
  ~memory_reader();

  /// False: it cannot be read. `at` is a multiple of 8.
  [[nodiscard]] bool read(std::uintptr_t at, std::uintptr_t& word) noexcept;

  /// Where the copy is, which is full of addresses.
  [[nodiscard]] hidden_range copy() const noexcept { return {page_, page}; }

 private:
  static constexpr std::size_t page = 4096;

  const own_file memory_{"/proc/self/mem"};
  std::uintptr_t* page_ = nullptr;
  std::uintptr_t at_ = 0;  // where the copied page begins; 0: none yet
};

class heap_blocks {
 public:
  explicit heap_blocks(std::pmr::memory_resource& memory)
      : arenas_(&memory), own_(&memory), caches_(&memory), fast_(&memory), data_(&memory), memory_(memory) {}

  /// Finds out. Nobody else should use malloc meanwhile, nor until unchanged(); otherwise that one says so.
  void read(memory_reader& reader);

  /// Whether all blocks still are where they were.
  [[nodiscard]] bool unchanged(memory_reader& reader) const;

  /// Whether there is a heap of which something is known.
  [[nodiscard]] bool known() const noexcept { return !arenas_.empty(); }

  /// The block in which the address lies, or of which it is the end; empty if that is not known.
  [[nodiscard]] hidden_range block_of(std::uintptr_t address, memory_reader& reader) const;

  /// Memory that malloc has and nobody else: blocks that were given back, as far as that can be told, what was never
  /// given away, and its own records. In no order.
  [[nodiscard]] std::span<const hidden_range> own_memory() const noexcept { return own_; }

 private:
  struct arena {
    hidden_range blocks;  // one after the other
    std::uint64_t sum = 0;
    std::pmr::vector<std::uintptr_t> marks;  // where some of them begin, inverted, in order
  };

  struct cached_block;

  bool consider(const mapping& each, memory_reader& reader);
  void add(std::uintptr_t begin, std::uintptr_t end, memory_reader& reader);
  void add_arenas(const mapping& each, memory_reader& reader);
  [[nodiscard]] bool is_chunk(std::uintptr_t at, std::uintptr_t size, memory_reader& reader) const;
  void add_cached(std::uintptr_t cache, memory_reader& reader);
  void add_fast(std::uintptr_t lists, memory_reader& reader);
  void add_main_state(memory_reader& reader);
  [[nodiscard]] bool is_main_state(std::uintptr_t top_at, memory_reader& reader) const;

  std::pmr::vector<arena> arenas_;
  std::pmr::vector<hidden_range> own_;
  std::pmr::vector<std::uintptr_t> caches_;  // blocks as large as a thread's cache of malloc's, inverted
  std::pmr::vector<std::uintptr_t> fast_;    // where arenas' fastbins are, inverted
  std::pmr::vector<hidden_range> data_;      // mappings of initialised variables
  std::pmr::memory_resource& memory_;
  hidden_range main_;            // what has been seen of [heap]
  std::uintptr_t main_top_ = 0;  // its last chunk, inverted; 0: none
};

}  // namespace weft::detail
