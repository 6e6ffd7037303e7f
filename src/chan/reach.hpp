// SPDX-License-Identifier: Apache-2.0
//
// Which goroutines nobody can wake: a search for pointers, as a conservative garbage collector does it, and what it
// does not find is dead (decision 0020 has the argument).
//
// To wake one that waits, somebody must come to its waiter, which lies on its stack: by way of the channel or lock in
// whose list it is, of a timer, or of a context.
//
//   suspects   goroutines that wait for what only the program can give. At first all are taken to be stuck.
//   territory  what can be used only by who has a pointer into it: a suspect's stack from where it stopped, the
//              callable in its record, and each block of the heap to which a way leads from there (heap_blocks.hpp)
//   root       all other memory of the process: data, the rest of the heap, stacks of threads and of goroutines that
//              are no suspects
//
// A word in a root that points into a territory opens it: what is opened is searched like a root. A suspect whose stack
// is opened is cleared. Who is not cleared in the end can be woken by nobody.
//
// Left out, because these words wake nobody: records of goroutines but for the callables and the exceptions, what an
// engine keeps per worker (the last lock that it has freed, the room of its lists), lists for reports, memory that was
// given back to malloc, and stacks below where their goroutines stopped or that are nobody's.
//
// Everything that the search keeps is inverted, or it would find itself, and lies in mappings: the heap must not
// change. What it has on its own stack lies below the frame at which the caller's stack begins to be looked at, or on a
// stack that is left out.
//
// Nobody else runs meanwhile (park/quiet.hpp). If somebody has, what was found counts for nothing. So that this is all
// that happens, memory that could be gone by then is read by way of the kernel.
//
// Memory ordering: records are read relaxed. Who wrote them has come to rest, and quiet_moment() has seen that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <unordered_map>
#include <vector>

#include "os/heap_blocks.hpp"
#include "os/own_memory.hpp"
#include "park/goroutine.hpp"

namespace weft::detail {

class reach {
 public:
  /// Of a goroutine whose own stack is looked at from `from` on.
  reach(const goroutine& caller, const std::byte* from) : caller_(&caller), from_(from) {}

  /// Of a thread of weft's own, whose stack is left out.
  explicit reach(const stack& own) { leave_out({own.low(), own.size}); }

  reach(const reach&) = delete;
  reach& operator=(const reach&) = delete;

  /// False: it could not be told.
  [[nodiscard]] bool run();

  [[nodiscard]] bool is_stuck(const goroutine& g) const;

  /// After run(): for each suspect that was cleared, the way by which its stack was reached.
  void explain(int fd) const;

 private:
  struct territory {
    hidden_range range;
    std::uintptr_t owner = ~std::uintptr_t{0};  // whose stack it is, inverted; null: no stack
    bool stays = true;                          // its memory is there whatever happens meanwhile
    bool open = false;
    std::uintptr_t opened_at = ~std::uintptr_t{0};  // where the word stood that opened it, inverted
  };

  [[nodiscard]] bool lasts(const hidden_range& range) const;
  void meet(goroutine& g);
  void add_suspect(const goroutine& g);
  void add_channels_of(const goroutine& g);
  void add_blocks();
  void add_block_at(std::uintptr_t word);
  void put_in_order();
  void look(std::uintptr_t at, std::uintptr_t word);
  [[nodiscard]] const territory* holder_of(std::uintptr_t address) const;
  void explain(int fd, const territory& stack) const;
  template <class See>
  void look_at(const hidden_range& range, bool stays, See see);
  void look_at(const hidden_range& range, bool stays);
  void look_at(const territory& t);
  [[nodiscard]] bool is_left_out(const hidden_range& range) const;
  void leave_out(const hidden_range& range);
  void sort_left_out();

  const goroutine* const caller_ = nullptr;  // null: a thread
  const std::byte* const from_ = nullptr;
  bool unknown_ = false;
  mapped_memory memory_;
  std::pmr::monotonic_buffer_resource pool_{64 * 1024, &memory_};  // for what is small
  memory_reader reader_;
  heap_blocks heap_{memory_};
  std::pmr::vector<territory> territories_{&memory_};
  std::pmr::vector<std::uint32_t> order_{&memory_};                        // of the territories, by address
  std::pmr::unordered_map<std::uintptr_t, std::uint32_t> stacks_{&pool_};  // by record, inverted
  std::pmr::unordered_map<std::uintptr_t, std::uint32_t> blocks_{&pool_};  // by beginning, inverted
  hidden_range hull_;                                                      // all territories lie in it
  std::pmr::vector<std::uint32_t> to_search_{&memory_};
  std::pmr::vector<hidden_range> left_out_{&memory_};
  std::pmr::vector<hidden_range> arenas_{&memory_};    // for stacks
  std::pmr::vector<std::uintptr_t> kernel_{&memory_};  // what epoll gives back to the program, inverted
  struct other {
    hidden_range range;
    bool stays;
  };
  std::pmr::vector<other> others_{&memory_};  // stacks, callables and exceptions of those who are no suspects
};

}  // namespace weft::detail
