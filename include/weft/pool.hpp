// SPDX-License-Identifier: Apache-2.0
//
// Objects that are dear to make and can be used again: buffers, parsers, connections.
//
//     weft::pool<buffer> buffers([] { return std::make_unique<buffer>(64 * 1024); });
//     std::unique_ptr<buffer> b = buffers.get();   // one that was put back, or else a new one
//     b->clear();                                  // as its last owner left it
//     ...
//     buffers.put(std::move(b));                   // or drop it: nobody misses it
//
// An object has one owner: who got it, or the pool (M10). get() never blocks in the pool itself and never fails: with
// nothing there it calls the function that makes one, in the caller's goroutine, where it may block or throw.
//
// What is kept. Each worker keeps one object at hand, which costs neither a lock nor a shared cache line; what is put
// beyond that goes to a common list of at most `most` objects, and what is too much for that is destroyed by put(). So
// memory is bounded. The list also shrinks again: what nobody has asked for during one to two `pool_period`s (10 s) of
// the runtime's clock is destroyed, by one of the calls that come later. What is at hand goes that way too, if the list
// has room for it; with `most` = 0 it has none, and what is at hand stays. A pool that is not used keeps what it has;
// and clear() empties it at once.
//
// May be used from goroutines and from other threads (these share the common list). Happens-before: a put of an object
// before the get that returns it. Destroying a pool while others use it is an error.
//
// It is a cache and no free list: nothing says that get() returns what was put, or in which order.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "weft/detail/callable.hpp"
#include "weft/detail/pool_core.hpp"

namespace weft {

template <class T>
class pool {
 public:
  using maker = std::function<std::unique_ptr<T>()>;

  static constexpr std::size_t default_most = 256;

  /// Makes objects by T's default constructor.
  pool() requires std::is_default_constructible_v<T> : pool([] { return std::make_unique<T>(); }) {}

  /// Makes objects by make(), which several may call at once. Panics "weft: pool of a null function".
  explicit pool(maker make, std::size_t most = default_most) : make_(std::move(make)), core_(most, drop) {
    detail::require_callable<maker>(make_, "weft: pool of a null function");
  }

  /// An object that nobody else has.
  [[nodiscard]] std::unique_ptr<T> get() {
    if (void* kept = core_.take(); kept != nullptr) return std::unique_ptr<T>(static_cast<T*>(kept));
    return make_();
  }

  /// Gives an object back, whoever made it. Null is ignored.
  void put(std::unique_ptr<T> object) {
    if (object != nullptr) core_.keep(object.release());
  }

  /// Destroys what is kept.
  void clear() { core_.clear(); }

  /// How many are kept. A snapshot.
  [[nodiscard]] std::size_t size() const { return core_.size(); }

 private:
  static void drop(void* object) { delete static_cast<T*>(object); }

  maker make_;
  detail::pool_core core_;
};

}  // namespace weft
