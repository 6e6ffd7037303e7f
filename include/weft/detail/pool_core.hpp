// SPDX-License-Identifier: Apache-2.0
// floor 4
//
// A pool without the type of its objects; how it works is said in src/sync/pool_core.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "weft/detail/atomic.hpp"
#include "weft/detail/park.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {

/// What the list has not been asked for during one to two of these is destroyed.
inline constexpr nanoseconds pool_period = 10'000'000'000;

class pool_core {
 public:
  using dropper = void (*)(void* object);

  pool_core(std::size_t most, dropper drop);
  pool_core(const pool_core&) = delete;
  pool_core& operator=(const pool_core&) = delete;
  ~pool_core() { clear(); }

  /// An object that is now the caller's, or null.
  [[nodiscard]] void* take();

  /// The object is the pool's from now on, which may destroy it at once.
  void keep(void* object);

  void clear();
  [[nodiscard]] std::size_t size() const;

 private:
  /// What is at hand for one worker; on a cache line of its own.
  struct alignas(64) place {
    atomic<void*> object{nullptr};    // exchanged by anybody; null: nothing there
    atomic<std::uint32_t> visits{0};  // since somebody looked at the clock; a hint
  };

  [[nodiscard]] place* own_place() noexcept;
  void look_at_clock();
  void drop_all(const std::vector<void*>& objects) const;

  const std::size_t most_;
  const dropper drop_;
  const std::size_t place_count_;
  const std::unique_ptr<place[]> places_;

  mutable word_lock lock_;
  std::vector<void*> fresh_;  // under lock_: put since the last sweep; fresh_ and old_ together at most most_
  std::vector<void*> old_;    // under lock_: were there at the last sweep already
  nanoseconds swept_;         // under lock_: when that was
};

}  // namespace weft::detail
