// SPDX-License-Identifier: Apache-2.0
//
// Things of which there may be only so many, which are lent out one by one: connections to a server.
//
//     weft::lease_pool<connection> connections(8, [](const auto& limit) { return connect(limit, "db:5432"); },
//                                              [](connection& c) { return c.usable(); });
//     auto one = connections.acquire(ctx);         // one that is idle, or a new one, or a wait for one that comes back
//     if (!one) return one.error();                // ctx was cancelled, or connect's own error
//     (*one)->query("select 1");
//
// At most `most` are lent at a time; who comes then waits, first come, first served. A lease gives its object back when
// it is destroyed. `good` is asked each time an object goes out and each time it comes back, and who is not good is
// destroyed: so what broke while it was idle is not handed out, and what was left in an unfit state is not used again.
// It must not block. The object used last goes out first.
//
// May be used from goroutines and from other threads. A lease may outlive its pool. Happens-before: what was done with
// an object under one lease, before what is done under the next. Compare weft/pool.hpp, which is a cache without a
// bound on how many there are.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "weft/clock.hpp"
#include "weft/detail/callable.hpp"
#include "weft/mutex.hpp"
#include "weft/result.hpp"
#include "weft/semaphore.hpp"

namespace weft {

template <class T>
class lease_pool {
  struct shared;

 public:
  using maker = std::function<result<T>(const detail::wait_limit& limit)>;
  using check = std::function<bool(T& object)>;
  class lease;

  /// Lends at most `most` objects at a time, which `make` makes; it may block, as long as its limit permits. Without
  /// `good` all are good. Panics "lease_pool: null function" without `make`.
  lease_pool(std::int64_t most, maker make, check good = {})
      : shared_(std::make_shared<shared>(most, std::move(make), std::move(good))) {}

  /// An object for the caller alone. Waits while all are lent; the errors of `make` are passed on.
  [[nodiscard]] result<lease> acquire() { return acquire(detail::wait_limit{}); }
  [[nodiscard]] result<lease> acquire(const detail::wait_limit& limit) {
    const std::shared_ptr<shared> pool = shared_;  // it stays while we wait
    result<semaphore::permit> permit = pool->units.hold(limit);
    if (!permit) return permit.error();
    while (std::optional<T> idle = pool->take()) {
      if (pool->is_good(*idle)) return lease(pool, std::move(*permit), std::move(*idle));
    }
    result<T> made = pool->make(limit);
    if (!made) return made.error();
    return lease(pool, std::move(*permit), std::move(*made));
  }
  template <class Rep, class Period>
  [[nodiscard]] result<lease> acquire_for(const std::chrono::duration<Rep, Period>& d) {
    return acquire(detail::within(d));
  }
  [[nodiscard]] result<lease> acquire_until(clock::time_point when) { return acquire(detail::until(when)); }

  /// How many wait to be lent.
  [[nodiscard]] std::size_t idle() const {
    const std::lock_guard hold(shared_->lock);
    return shared_->objects.size();
  }

  /// Destroys those that are not lent.
  void clear() {
    std::vector<T> gone;
    const std::lock_guard hold(shared_->lock);
    gone.swap(shared_->objects);
  }

 private:
  struct shared {
    shared(std::int64_t most, maker m, check g) : units(most), make(std::move(m)), good(std::move(g)) {
      detail::require_callable<maker>(make, "lease_pool: null function");
      objects.reserve(static_cast<std::size_t>(std::min<std::int64_t>(most, 1024)));
    }

    bool is_good(T& object) const { return !good || good(object); }

    std::optional<T> take() {
      const std::lock_guard hold(lock);
      if (objects.empty()) return std::nullopt;
      std::optional<T> last(std::move(objects.back()));
      objects.pop_back();
      return last;
    }

    void put(T&& object) {
      const std::lock_guard hold(lock);
      objects.push_back(std::move(object));
    }

    semaphore units;
    const maker make;
    const check good;
    mutex lock;
    std::vector<T> objects;  // idle; under the lock
  };

  std::shared_ptr<shared> shared_;
};

/// An object that is lent, until the destructor. Movable.
template <class T>
class [[nodiscard]] lease_pool<T>::lease {
 public:
  lease(lease&& other) noexcept
      : pool_(std::move(other.pool_)), permit_(std::move(other.permit_)), object_(std::move(other.object_)) {
    other.object_.reset();
  }
  lease& operator=(lease&& other) noexcept {
    lease(std::move(other)).swap(*this);
    return *this;
  }
  ~lease() {
    if (object_ && pool_->is_good(*object_)) pool_->put(std::move(*object_));
    object_.reset();  // before the next is let in
  }

  T& operator*() noexcept { return *object_; }
  T* operator->() noexcept { return &*object_; }

  /// Takes the object out of the pool for good; the lease is empty then, and another may be made in its place.
  [[nodiscard]] T take() {
    T mine = std::move(*object_);
    object_.reset();
    permit_.release();
    return mine;
  }

 private:
  friend lease_pool;
  lease(std::shared_ptr<shared> pool, semaphore::permit permit, T&& object)
      : pool_(std::move(pool)), permit_(std::move(permit)), object_(std::move(object)) {}
  void swap(lease& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(permit_, other.permit_);
    std::swap(object_, other.object_);
  }

  std::shared_ptr<shared> pool_;
  semaphore::permit permit_;  // of the pool, and so released before it is let go
  std::optional<T> object_;
};

}  // namespace weft
