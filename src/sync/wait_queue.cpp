// SPDX-License-Identifier: Apache-2.0
#include "weft/detail/wait_queue.hpp"

#include "sync/destruction.hpp"

namespace weft::detail {

namespace {

void unlock_word(void* lock) { static_cast<word_lock*>(lock)->unlock(); }

}  // namespace

wait_end wait_queue::park(queue_end where, wait_reason reason, const void* object, const wait_limit* limit,
                          bool& message, void* slot, wait_edge* edge) {
  watch_for_exit();
  waiter self;
  self.contended = limit != nullptr;
  wait_node node;
  node.who = &self;
  node.slot = slot;
  node.edge = edge;
  if (where == queue_end::front)
    list_.push_front(node);
  else
    list_.push_back(node);
  if (limit == nullptr) {
    detail::park(self, reason, object, unlock_word, &lock_);
  } else {
    const wait_end end = park_within(self, reason, object, unlock_word, &lock_, *limit);
    if (end != wait_end::completed) {
      lock();
      if (node.linked()) wait_list::remove(node);
      return end;
    }
  }
  message = node.ok;
  return wait_end::completed;
}

bool wait_queue::park_at_back(wait_reason reason, const void* object) {
  bool message = false;
  static_cast<void>(park(queue_end::back, reason, object, nullptr, message, nullptr));
  return message;
}

wait_end wait_queue::park_at_back(wait_reason reason, const void* object, const wait_limit& limit, bool& message) {
  return park(queue_end::back, reason, object, &limit, message, nullptr);
}

wait_node* wait_queue::take_one() noexcept {
  wait_node* node = list_.pop_front();
  while (node != nullptr && !node->who->claim()) node = list_.pop_front();
  if (node != nullptr && node->edge != nullptr) node->edge->let_go();
  return node;
}

bool wait_queue::take(wait_node& node, wait_list& taken) noexcept {
  wait_list::remove(node);
  if (!node.who->claim()) return false;
  if (node.edge != nullptr) node.edge->let_go();
  taken.push_back(node);
  return true;
}

void wait_queue::let_go(wait_node& taken, bool message) noexcept {
  taken.ok = message;
  taken.who->winner = &taken;
  ready(*taken.who);
}

void wait_queue::let_go_all(wait_list& taken, bool message) noexcept {
  while (wait_node* node = taken.pop_front()) let_go(*node, message);
}

void wait_queue::release_all(bool message) noexcept {
  wait_node* const first = take_one();
  wait_list others;
  while (wait_node* node = list_.front()) take(*node, others);
  unlock();
  if (first == nullptr) return;
  let_go(*first, message);
  let_go_all(others, message);
}

}  // namespace weft::detail
