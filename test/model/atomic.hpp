// SPDX-License-Identifier: Apache-2.0
//
// What stands behind the atomics door in a model: include/weft/detail/atomic.hpp includes this under WEFT_MODEL. Every
// operation is a step of the model checker (model.hpp).
#pragma once

#include <atomic>
#include <cstring>
#include <type_traits>

#include "model/model.hpp"

namespace weft::detail {

using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;
using std::memory_order_seq_cst;

inline void spin_pause() noexcept { model::pause(); }

template <class T>
class atomic {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(model::word));

 public:
  using value_type = T;
  static constexpr bool is_always_lock_free = true;

  constexpr atomic() noexcept : atomic(T{}) {}
  constexpr atomic(T value) noexcept
      : id_(std::is_constant_evaluated()
                ? 0
                : model::create_location(reinterpret_cast<std::uintptr_t>(this), widen(value))) {}
  ~atomic() { model::destroy_location(id_); }
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;

  [[nodiscard]] T load(std::memory_order order = memory_order_seq_cst) const noexcept {
    return narrow(model::load(id_, order));
  }
  void store(T value, std::memory_order order = memory_order_seq_cst) noexcept {
    model::store(id_, widen(value), order);
  }
  T exchange(T value, std::memory_order order = memory_order_seq_cst) noexcept {
    return change(value, order, [](T, T to) { return to; });
  }
  operator T() const noexcept { return load(); }
  T operator=(T value) noexcept {
    store(value);
    return value;
  }

  bool compare_exchange_strong(T& expected, T desired, std::memory_order success, std::memory_order failure) noexcept {
    return compare_exchange(expected, desired, success, failure, false);
  }
  bool compare_exchange_strong(T& expected, T desired, std::memory_order order = memory_order_seq_cst) noexcept {
    return compare_exchange(expected, desired, order, without_release(order), false);
  }
  bool compare_exchange_weak(T& expected, T desired, std::memory_order success, std::memory_order failure) noexcept {
    return compare_exchange(expected, desired, success, failure, true);
  }
  bool compare_exchange_weak(T& expected, T desired, std::memory_order order = memory_order_seq_cst) noexcept {
    return compare_exchange(expected, desired, order, without_release(order), true);
  }

  T fetch_add(T operand, std::memory_order order = memory_order_seq_cst) noexcept {
    return change(operand, order, [](T old, T by) { return static_cast<T>(old + by); });
  }
  T fetch_sub(T operand, std::memory_order order = memory_order_seq_cst) noexcept {
    return change(operand, order, [](T old, T by) { return static_cast<T>(old - by); });
  }
  T fetch_or(T operand, std::memory_order order = memory_order_seq_cst) noexcept {
    return change(operand, order, [](T old, T by) { return static_cast<T>(old | by); });
  }
  T fetch_and(T operand, std::memory_order order = memory_order_seq_cst) noexcept {
    return change(operand, order, [](T old, T by) { return static_cast<T>(old & by); });
  }
  T fetch_xor(T operand, std::memory_order order = memory_order_seq_cst) noexcept {
    return change(operand, order, [](T old, T by) { return static_cast<T>(old ^ by); });
  }
  T operator++() noexcept { return static_cast<T>(fetch_add(1) + 1); }
  T operator--() noexcept { return static_cast<T>(fetch_sub(1) - 1); }
  T operator++(int) noexcept { return fetch_add(1); }
  T operator--(int) noexcept { return fetch_sub(1); }

  /// Names the location to the model's futex calls.
  [[nodiscard]] model::location_id id() const noexcept { return id_; }

 private:
  static model::word widen(T value) noexcept {
    model::word all = 0;
    std::memcpy(&all, &value, sizeof value);
    return all;
  }
  static T narrow(model::word all) noexcept {
    T value;
    std::memcpy(&value, &all, sizeof value);
    return value;
  }

  template <class F>
  T change(T operand, std::memory_order order, F) noexcept {
    constexpr model::modify apply = [](model::word old, model::word by) { return widen(F{}(narrow(old), narrow(by))); };
    return narrow(model::update(id_, apply, widen(operand), order));
  }

  bool compare_exchange(T& expected, T desired, std::memory_order success, std::memory_order failure,
                        bool weak) noexcept {
    model::word wanted = widen(expected);
    const bool done = model::compare_exchange(id_, wanted, widen(desired), success, failure, weak);
    expected = narrow(wanted);
    return done;
  }

  static std::memory_order without_release(std::memory_order order) noexcept {
    if (order == memory_order_acq_rel) return memory_order_acquire;
    return order == memory_order_release ? memory_order_relaxed : order;
  }

  model::location_id id_;
};

}  // namespace weft::detail
