// SPDX-License-Identifier: Apache-2.0
//
// The memory of a modelled program: the C++20 memory model without load buffering, as rules for one step at a time.
//
// Every location keeps all stores made to it, in modification order, and every thread a view: for each location the
// oldest store it may still read. A load may read any store that the view allows; that is where weak memory shows. A
// store carries a message, what its thread knew, and an acquiring load of it learns that. So the model is the promise-
// free part of Kang, Hur, Lahav, Vafeiadis and Dreyer, "A promising semantics for relaxed-memory concurrency" (2017),
// which is RC11 (Lahav and others 2017) for programs without seq_cst accesses and non-atomic races.
//
//   load      reads any store not older than the view; the view then holds that store (coherence). acquire: joins the
//             store's message. relaxed: the message is kept aside until the next fence of this thread
//   store     becomes the newest of its location. release: its message is what the thread knows; relaxed: what the
//             thread knew at its last fence. With `any_modification_order` it may also take an older place, if the
//             view allows: C++ lets two threads disagree with the clock about the order of their stores (2+2W)
//   update    (read-modify-write) reads the newest store and follows it directly; its message includes that of the
//             store it read (release sequence of C++20: through updates only)
//   fence     (only inside heavy_fence and the futex calls) a seq_cst fence: the thread and the seq_cst view learn what
//             the other knows
//   seq_cst   a load may not be older, nor a store, than what the seq_cst view holds for its location, and both raise
//             it to what they read or wrote. Nothing is said about other locations: so seq_cst store, relaxed load
//             can be reordered, and an update is not a fence, as on aarch64
//
// How exact it is: axioms_test.cpp compares it with the axioms of the standard on random programs. Without seq_cst
// accesses, and with `any_modification_order`, the outcomes are the same; with them, one program in a hundred has
// fewer.
//
// What is approximated, and which way it errs
//   1. No load buffering (a relaxed load never reads a store that comes later in every order): C++ and aarch64 allow
//      it. Errs towards missing bugs; it needs a relaxed load before an independent relaxed store.
//   2. The order of the seq_cst accesses is the order of execution. C++20 lets a seq_cst store take effect after a
//      relaxed store that follows it in its thread, even if somebody has seen that one. Errs towards missing bugs, in
//      programs where a seq_cst store is followed by a weaker one of which others learn. Pairs of seq_cst accesses,
//      and seq_cst fences, are exact.
//   3. Without `any_modification_order` (the default: executions become many) modification order is the order of
//      execution. Errs towards missing bugs that need two stores of one location by two threads, both without having
//      seen the other, to be ordered against the order of what else these threads show (2+2W and S).
//   4. A fence orders, but creates no happens-before for plain cells. Errs towards reporting: a cell needs a release
//      and an acquire, as ThreadSanitizer demands.
//   5. A load that read the same outdated store `stale_reads` times in a row must then read another one.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "model/view.hpp"

namespace weft::model {

inline constexpr timestamp gap = 1 << 16;  // between neighbours in modification order, so that stores fit in between

struct store_record {
  word value;
  timestamp at;        // its place in modification order
  std::uint32_t born;  // how many stores its location had before it
  std::uint32_t step;  // when it was made; 0: at construction
  bool update;         // directly follows the store before it: nothing may come in between
  view message;
};

struct location {
  std::uintptr_t address;
  bool alive;
  unsigned creator;
  std::uint32_t created;  // the creator's clock then
  std::array<std::uint32_t, max_threads> last_access;
  std::vector<store_record> stores;  // in modification order
};

/// The memory's side of a thread.
struct actor {
  unsigned number = 0;
  view knows;
  view acquirable;                                  // messages that relaxed loads have read: the next fence learns them
  view released;                                    // what it knew at its last fence: the message of relaxed stores
  std::array<timestamp, max_locations> must_see{};  // set after a spin: no older store may be read again
  std::array<timestamp, max_locations> last_read{};
  std::array<std::uint8_t, max_locations> repeats{};

  /// What it does from now on is not in the past of those who know only what it did before.
  void tick() noexcept { ++knows.clock[number]; }
};

struct candidates {
  std::array<std::uint8_t, 64> index{};
  unsigned count = 0;

  void add(std::size_t i) noexcept { index[count++] = static_cast<std::uint8_t>(i); }
};

[[nodiscard]] bool is_acquire(std::memory_order order) noexcept;
[[nodiscard]] bool is_release(std::memory_order order) noexcept;

class memory {
 public:
  bool any_modification_order = false;
  unsigned stale_reads = 4;

  void clear() noexcept;

  location_id create(std::uintptr_t address, word initial, actor& who);
  [[nodiscard]] location& at(location_id id) noexcept { return locations_[id]; }
  [[nodiscard]] unsigned size() const noexcept { return used_; }

  /// Null, or what is wrong with an access to it now; notes the access.
  const char* touch(location_id id, actor& who) noexcept;
  const char* destroy(location_id id, const actor& who) noexcept;

  /// The stores a load may read, newest first; none that was there before the first `born` ones count.
  [[nodiscard]] candidates readable(location_id id, const actor& who, bool seq_cst, std::uint32_t born) const noexcept;

  /// The stores after which a store (or an update, which reads the one it follows) may be placed, newest first.
  [[nodiscard]] candidates places(location_id id, const actor& who, bool seq_cst) const noexcept;

  /// Whether an update may read the store: nothing follows it, or something that may be pushed back.
  [[nodiscard]] bool can_follow(location_id id, std::size_t index) const noexcept;

  word read(location_id id, std::size_t index, actor& who, std::memory_order order) noexcept;
  void write(location_id id, std::size_t after, word value, actor& who, std::memory_order order, bool update,
             std::uint32_t step);
  void fence(actor& who) noexcept;

 private:
  std::array<location, max_locations> locations_{};
  unsigned used_ = 0;
  view seq_cst_;
};

}  // namespace weft::model
