// SPDX-License-Identifier: Apache-2.0
//
// The tree of contexts; its invariants are in the header.
//
// After the end of a run no goroutine can be started, but contexts go on and may end. What after_func would call then
// is left behind, as functions of goroutines are that have not begun (G7.2): neither called nor destroyed, only listed,
// so that a leak checker finds it.
//
// Memory ordering. A node's state is under its lock. Without it, the end is read from wakes_ (canceller.hpp), which
// releases what was written before: cause_ is read only when that has said that the node is closed.
#include "weft/detail/context_node.hpp"

namespace weft::detail {

namespace {

struct {
  word_lock lock;
  after_call* first = nullptr;  // under lock
} left;

}  // namespace

void after_call::start_or_leave(std::shared_ptr<after_call> call) {
  after_call& started = *call;
  if (can_start()) {
    started.start(std::move(call));
    return;
  }
  started.self_ = std::move(call);
  left.lock.lock();
  started.next_left_ = left.first;
  left.first = &started;
  left.lock.unlock();
}

void context_node::release(context_node* node) noexcept {
  // acq_rel: the last one sees what the others did with the node
  while (node != nullptr && node->type_.destroy != nullptr &&
         node->references_.fetch_sub(1, memory_order_acq_rel) == 1) {
    context_node* const up = node->parent_;
    node->type_.destroy(*node);
    node = up;
  }
}

const void* context_node::find(const std::type_info& type, const void* key) const {
  for (const context_node* node = this; node != nullptr; node = node->parent_) {
    if (node->type_.find == nullptr) continue;
    if (const void* const value = node->type_.find(*node, type, key)) return value;
  }
  return nullptr;
}

void cancel_node::join_parent() {
  cancel_node* const up = above();
  if (up == nullptr) return;
  up->lock_.lock();
  const bool open = up->open_;
  if (open) up->children_.push_back(*this);
  attached_ = open;
  up->lock_.unlock();
  if (!open) close(up->wakes_.reason(), up->cause());
}

void cancel_node::leave_parent() noexcept {
  cancel_node* const up = above();
  if (up == nullptr) return;
  up->lock_.lock();
  if (attached_) intrusive_list<cancel_node>::remove(*this);
  attached_ = false;
  up->lock_.unlock();
}

void cancel_node::close(errc reason, const failure& cause) {
  retain();  // invariant 5
  leave_parent();
  intrusive_list<cancel_node> open;
  for (cancel_node* next = this; next != nullptr; next = open.pop_front()) {
    if (next->close_one(reason, cause)) {
      next->hand_over_children(open);
      next->start_calls();
    }
    release(next);
  }
}

bool cancel_node::close_one(errc reason, const failure& cause) {
  lock_.lock();
  if (!open_) {
    lock_.unlock();
    return false;
  }
  open_ = false;
  cause_ = cause;
  const chan<unit> done = done_;
  timer_entry* const timer = armed_;
  wakes_.announce();
  lock_.unlock();
  wait_list receiving;
  if (channel_core* const channel = channel_access::core(done)) channel->close(receiving);
  wakes_.cancel(reason);
  channel_core::complete_closed(receiving);
  if (timer != nullptr && disarm(*timer)) release(this);
  return true;
}

void cancel_node::hand_over_children(intrusive_list<cancel_node>& to) noexcept {
  for (;;) {
    lock_.lock();
    cancel_node* const child = children_.pop_front();
    if (child != nullptr) {
      child->retain();
      child->attached_ = false;
    }
    lock_.unlock();
    if (child == nullptr) return;
    to.push_back(*child);
  }
}

void cancel_node::start_calls() {
  for (;;) {
    std::shared_ptr<after_call> call;
    lock_.lock();
    if (after_call* const first = calls_.pop_front()) call = std::move(first->self_);
    lock_.unlock();
    if (call == nullptr) return;
    after_call::start_or_leave(std::move(call));
  }
}

receiver<unit> cancel_node::done() {
  for (;;) {
    lock_.lock();
    chan<unit> channel = done_;
    const bool open = open_;
    lock_.unlock();
    if (channel != nullptr) return channel;
    chan<unit> made;
    if (!open) made.close();
    lock_.lock();
    if (done_ == nullptr && open_ == open) done_ = made;
    lock_.unlock();
  }
}

std::error_code cancel_node::reason() const noexcept {
  return wakes_.cancelled() ? make_error_code(wakes_.reason()) : std::error_code();
}

failure cancel_node::cause() const {
  if (!wakes_.cancelled()) return {};
  return cause_ ? cause_ : failure(wakes_.reason());
}

void cancel_node::add(std::shared_ptr<after_call> call) {
  after_call& added = *call;
  lock_.lock();
  const bool open = open_;
  if (open) {
    added.self_ = std::move(call);
    calls_.push_back(added);
  }
  lock_.unlock();
  if (!open) after_call::start_or_leave(std::move(call));
}

bool cancel_node::remove(after_call& call) noexcept {
  std::shared_ptr<after_call> removed;
  lock_.lock();
  if (call.linked()) {
    intrusive_list<after_call>::remove(call);
    removed = std::move(call.self_);
  }
  lock_.unlock();
  if (removed == nullptr) return false;
  removed->drop();
  return true;
}

void cancel_node::arm_timer(timer_entry& timer) {
  arm(timer);
  lock_.lock();
  const bool open = open_;
  if (open) armed_ = &timer;
  lock_.unlock();
  if (!open && disarm(timer)) release(this);
}

deadline_node::deadline_node(context_node* parent, nanoseconds deadline, failure late) noexcept
    : cancel_node(kind, parent, deadline), late_(std::move(late)) {
  timer_.when = deadline;
  timer_.arg = this;
  timer_.run = [](timer_entry& due) noexcept {
    auto* const self = static_cast<deadline_node*>(due.arg);
    self->pass();
    release(self);
  };
}

void deadline_node::arm_it() {
  retain();
  arm_timer(timer_);
}

}  // namespace weft::detail
