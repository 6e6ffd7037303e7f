// SPDX-License-Identifier: Apache-2.0
//
// Channel operations for C++20 coroutines of any type: while a goroutine that blocks keeps its stack, a coroutine that
// waits costs only its frame.
//
//     my_task relay(weft::receiver<int> in, weft::sender<int> out) {
//       while (std::optional<int> v = co_await in.async_recv()) co_await out.async_send(*v);
//     }
//
// Each has the meaning of the operation without async_, except that the coroutine is suspended where that one blocks.
// It is resumed on a goroutine, not on the thread that it was suspended on; what follows may block like any goroutine.
// The handle must live until the co_await is over; a coroutine must not be destroyed while it waits.
#pragma once

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>

#include "weft/chan.hpp"

namespace weft::detail {

/// What a waiting coroutine leaves in a channel; it lies in the coroutine's frame.
struct coroutine_waiter {
  waiter who;
  wait_node node;

  void prepare(std::coroutine_handle<> handle, void* slot) noexcept {
    who.kind = waiter_kind::coroutine;
    who.party = handle.address();
    node.who = &who;
    node.slot = slot;
  }
};

template <class T>
class [[nodiscard]] recv_awaiter {
 public:
  explicit recv_awaiter(channel_of<T>* channel) noexcept : channel_(channel) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }

  /// False: done at once, go on. After the unlock the coroutine may be running elsewhere, and this object gone.
  [[nodiscard]] bool await_suspend(std::coroutine_handle<> handle) {
    if (channel_ == nullptr) return true;  // the nil channel: suspended for ever
    channel_->lock();
    if (channel_->attempt_recv(received_)) return false;
    waiting_.prepare(handle, &received_);
    channel_->link_receiver(waiting_.node);
    channel_->unlock_and_follow();
    return true;
  }

  [[nodiscard]] std::optional<T> await_resume() noexcept { return std::move(received_); }

 private:
  channel_of<T>* channel_;
  std::optional<T> received_;
  coroutine_waiter waiting_;
};

template <class T>
class [[nodiscard]] send_awaiter {
 public:
  send_awaiter(channel_of<T>* channel, T value) noexcept : channel_(channel), value_(std::move(value)) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }

  [[nodiscard]] bool await_suspend(std::coroutine_handle<> handle) {
    if (channel_ == nullptr) return true;
    channel_->lock();
    if (channel_->attempt_send(value_)) {
      waiting_.node.ok = true;
      return false;
    }
    waiting_.prepare(handle, std::addressof(value_));
    channel_->link_sender(waiting_.node);
    channel_->unlock();
    return true;
  }

  void await_resume() const {
    if (!waiting_.node.ok) panic("send on closed channel");
  }

 private:
  channel_of<T>* channel_;
  T value_;
  coroutine_waiter waiting_;
};

template <class T, direction D>
send_awaiter<T> channel_handle<T, D>::async_send(T value) const requires(D != direction::recv) {
  return send_awaiter<T>(core_, std::move(value));
}

template <class T, direction D>
recv_awaiter<T> channel_handle<T, D>::async_recv() const requires(D != direction::send) {
  return recv_awaiter<T>(core_);
}

}  // namespace weft::detail
