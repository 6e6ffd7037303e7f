// SPDX-License-Identifier: Apache-2.0
// floor 0
//
// A doubly linked list whose links live in the elements: nothing is allocated, an element is removed from the middle
// in O(1) (reference C14: a select that loses leaves a queue of any length at no cost).
//
// Invariants
//   1. A hook is in at most one list; `linked()` tells whether it is.
//   2. The list owns nothing. Who may touch it is said where the list is a member: always one lock.
#pragma once

namespace weft::detail {

struct list_hook {
  list_hook* next_ = nullptr;
  list_hook* prev_ = nullptr;

  [[nodiscard]] bool linked() const noexcept { return next_ != nullptr; }
};

/// A first-in first-out list of T, which derives from list_hook.
template <class T>
class intrusive_list {
 public:
  constexpr intrusive_list() noexcept { head_.next_ = head_.prev_ = &head_; }
  intrusive_list(const intrusive_list&) = delete;
  intrusive_list& operator=(const intrusive_list&) = delete;

  [[nodiscard]] bool empty() const noexcept { return head_.next_ == &head_; }
  [[nodiscard]] T* front() const noexcept { return empty() ? nullptr : static_cast<T*>(head_.next_); }

  void push_back(T& element) noexcept { insert_before(head_, element); }
  void push_front(T& element) noexcept { insert_before(*head_.next_, element); }

  /// The element after `element`, or null at the end.
  [[nodiscard]] T* next(T& element) const noexcept {
    return element.next_ == &head_ ? nullptr : static_cast<T*>(element.next_);
  }

  T* pop_front() noexcept {
    T* first = front();
    if (first != nullptr) remove(*first);
    return first;
  }

  static void remove(T& element) noexcept {
    element.prev_->next_ = element.next_;
    element.next_->prev_ = element.prev_;
    element.next_ = element.prev_ = nullptr;
  }

 private:
  static void insert_before(list_hook& place, list_hook& element) noexcept {
    element.next_ = &place;
    element.prev_ = place.prev_;
    place.prev_->next_ = &element;
    place.prev_ = &element;
  }

  list_hook head_;
};

}  // namespace weft::detail
