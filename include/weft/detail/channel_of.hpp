// SPDX-License-Identifier: Apache-2.0
// floor 4
//
// The typed operations of a channel. Send and receive are mirror images, and every form of them (blocking, try, select,
// coroutine) goes through one attempt under the lock:
//
//   attempt_send                                     attempt_recv
//     1. closed: panic                                 1. a sender waits and the ring is full: take the head,
//     2. a receiver waits: move the value into its        put the sender's value at the tail; no ring: take
//        slot                                             the sender's value
//     3. room in the ring: put it there                2. something in the ring: take it
//     4. refuse                                        3. closed: nothing, for ever; timed: the moment, if
//                                                         it has come
//                                                      4. refuse
//
// Blocking operations first try the common step inline, which is the ring without waiters: one exchange for the lock,
// one element move, two stores.
//
// The ring lies behind the channel in the same piece of memory. Elements of an empty type have no storage: the stamps
// count them, and an element is made when it is taken.
//
// Memory ordering: that of channel_core.hpp.
#pragma once

#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include "weft/clock.hpp"
#include "weft/detail/channel_core.hpp"
#include "weft/detail/made.hpp"
#include "weft/detail/panic.hpp"

namespace weft::detail {

template <class T>
class channel_of : public channel_core {
  static_assert(std::is_object_v<T> && !std::is_const_v<T> && !std::is_volatile_v<T>,
                "weft: the elements of a channel are objects: not references, void, or const; see weft::unit");
  static_assert(std::is_nothrow_move_constructible_v<T>,
                "weft: the elements of a channel must be movable without exceptions (noexcept move constructor), "
                "because a value changes hands while others wait; wrap the type in a std::unique_ptr");
  static_assert(std::is_nothrow_destructible_v<T>, "weft: the elements of a channel must have a noexcept destructor");

 public:
  [[nodiscard]] static channel_of* create(std::uint64_t capacity, site where) {
    auto* const channel =
        ::new (allocate_channel(header, capacity, stored ? sizeof(T) : 0, alignment)) channel_of(operations, capacity);
    made(static_cast<channel_core*>(channel), where);
    return channel;
  }

  // Blocking; the channel is not null.

  void send(T& value) {
    lock();
    if (can_put_plainly()) [[likely]] {
      put(value);
      unlock();
    } else {
      send_slow(value);
    }
  }

  [[nodiscard]] std::optional<T> recv() {
    lock();
    if (can_take_plainly()) [[likely]] {
      return take_and_unlock();
    }
    return recv_slow();
  }

  /// The same into `result`, which is empty, for those who keep an optional; the element need not be assignable.
  void recv_into(std::optional<T>& result) {
    lock();
    if (can_take_plainly()) [[likely]] {
      take(result);
      unlock();
    } else {
      recv_into_slow(result);
    }
  }

  // Blocking until the limit, if that comes first; a context that is cancelled already wins, and a deadline that has
  // passed does not (bounded.hpp). Out of line: a call that may wait so is not made for its speed.

  __attribute__((noinline)) wait_end send_within(T& value, const wait_limit& limit) {
    if (limit.called_off()) return wait_end::cancelled;
    lock();
    if (attempt_send(value)) return wait_end::completed;
    bool moved = false;
    const wait_end end = wait_to_send(std::addressof(value), limit, moved);
    if (end == wait_end::completed && !moved) panic("send on closed channel");
    return end;
  }

  __attribute__((noinline)) wait_end recv_within(std::optional<T>& result, const wait_limit& limit) {
    if (limit.called_off()) return wait_end::cancelled;
    lock();
    if (attempt_recv(result)) return wait_end::completed;
    bool moved = false;
    return wait_to_recv(&result, limit, moved);
  }

  // One attempt; see channel_type.

  [[gnu::always_inline]] bool attempt_send(T& value) {
    if ((state_.load(memory_order_relaxed) & (closed | receivers_wait)) != 0 && hand_over(value)) return true;
    if (full()) return false;
    put(value);
    unlock();
    return true;
  }

  [[gnu::always_inline]] bool attempt_recv(std::optional<T>& result) {
    if ((state_.load(memory_order_relaxed) & senders_wait) != 0 && take_over(result)) return true;
    if (empty()) {
      if constexpr (may_be_timed) {
        if (is_timed()) return attempt_timed(&result);
      }
      if ((state_.load(memory_order_relaxed) & closed) == 0) return false;
    } else {
      take(result);
    }
    unlock();
    return true;
  }

  // Never blocking.

  [[nodiscard]] bool try_send(T& value) {
    if (send_would_block()) return missed(true);
    lock();
    if (attempt_send(value)) return true;
    unlock();
    return missed(true);
  }

  /// False: it would block. True with an empty result: closed and drained.
  [[nodiscard]] bool try_recv(std::optional<T>& result) {
    if (recv_would_block()) return missed(false);
    lock();
    if (attempt_recv(result)) return true;
    unlock();
    return missed(false);
  }

 protected:
  channel_of(const channel_type& type, std::uint64_t capacity) noexcept : channel_core(type, capacity) {}
  ~channel_of() = default;

  static bool attempt_send_erased(channel_core& base, void* slot) {
    return static_cast<channel_of&>(base).attempt_send(*static_cast<T*>(slot));
  }
  static bool attempt_recv_erased(channel_core& base, void* slot) {
    return static_cast<channel_of&>(base).attempt_recv(*static_cast<std::optional<T>*>(slot));
  }

 private:
  static constexpr bool may_be_timed = std::is_same_v<T, clock::time_point>;
  static constexpr bool stored =
      !(std::is_empty_v<T> && std::is_trivially_default_constructible_v<T> && std::is_trivially_copyable_v<T>);
  static constexpr std::size_t alignment = alignof(T) > 16 ? alignof(T) : 16;
  static constexpr std::size_t header = (sizeof(channel_core) + alignment - 1) / alignment * alignment;

  static void destroy(channel_core& base) noexcept {
    auto& self = static_cast<channel_of&>(base);
    if constexpr (!std::is_trivially_destructible_v<T>) {
      while (!self.empty()) {
        std::optional<T> left;
        self.take(left);
      }
    }
    self.~channel_of();
    free_channel(&self, alignment);
  }

  // The ring; lock held.

  [[nodiscard]] bool empty() const noexcept {
    return head_.load(memory_order_relaxed) == tail_.load(memory_order_relaxed);
  }
  [[nodiscard]] bool full() const noexcept {
    return tail_.load(memory_order_relaxed) == head_.load(memory_order_relaxed) + lap_;
  }
  [[nodiscard]] bool can_put_plainly() const noexcept {
    return (state_.load(memory_order_relaxed) & (closed | receivers_wait)) == 0 && !full();
  }
  [[nodiscard]] bool can_take_plainly() const noexcept {
    return (state_.load(memory_order_relaxed) & senders_wait) == 0 && !empty();
  }

  [[nodiscard]] void* storage(std::uint64_t stamp) noexcept {
    return reinterpret_cast<std::byte*>(this) + header + index_of(stamp) * sizeof(T);
  }

  void put(T& value) noexcept {
    const std::uint64_t tail = tail_.load(memory_order_relaxed);
    if constexpr (stored) ::new (storage(tail)) T(std::move(value));
    tail_.store(after(tail), memory_order_release);
  }

  /// Straight into its place, not through a local variable: that would be one more move, and g++ 12 would take some
  /// types for uninitialised.
  void take(std::optional<T>& result) noexcept {
    const std::uint64_t head = head_.load(memory_order_relaxed);
    head_.store(after(head), memory_order_release);
    if constexpr (stored) {
      T* oldest = std::launder(static_cast<T*>(storage(head)));
      result.emplace(std::move(*oldest));
      oldest->~T();
    } else {
      result.emplace();
    }
  }

  [[nodiscard]] std::optional<T> take_and_unlock() noexcept {
    std::optional<T> result;
    take(result);
    unlock();
    return result;
  }

  // With somebody waiting.

  __attribute__((noinline)) void send_slow(T& value) {
    if (attempt_send(value)) return;
    if (!wait_to_send(std::addressof(value))) panic("send on closed channel");
  }

  __attribute__((noinline)) void recv_into_slow(std::optional<T>& result) {
    if (!attempt_recv(result)) wait_to_recv(&result);
  }

  __attribute__((noinline)) std::optional<T> recv_slow() {
    std::optional<T> result;
    recv_into_slow(result);
    return result;
  }

  /// Step 2 of attempt_send. False: all who seemed to wait had been completed elsewhere.
  [[gnu::always_inline]] bool hand_over(T& value) {
    if ((state_.load(memory_order_relaxed) & closed) != 0) {
      unlock();
      panic("send on closed channel");
    }
    wait_node* receiver = take_receiver();
    if (receiver == nullptr) return false;
    unlock();
    static_cast<std::optional<T>*>(receiver->slot)->emplace(std::move(value));
    complete(*receiver, true);
    return true;
  }

  /// Step 1 of attempt_recv.
  [[gnu::always_inline]] bool take_over(std::optional<T>& result) {
    wait_node* sender = take_sender();
    if (sender == nullptr) return false;
    T& sent = *static_cast<T*>(sender->slot);
    if (empty()) {  // by invariant 2 there is no ring
      unlock();
      result.emplace(std::move(sent));
    } else {
      take(result);
      put(sent);  // behind all that was sent before (C6)
      unlock();
    }
    complete(*sender, true);
    return true;
  }

  static constexpr channel_type operations = {attempt_send_erased, attempt_recv_erased, destroy};
};

}  // namespace weft::detail
