// SPDX-License-Identifier: Apache-2.0
#include "weft/detail/wait_queue.hpp"

namespace weft::detail {

namespace {

void unlock_word(void* lock) { static_cast<word_lock*>(lock)->unlock(); }

}  // namespace

bool wait_queue::park_at_back(wait_reason reason, const void* object) {
  waiter self;
  wait_node node;
  node.who = &self;
  list_.push_back(node);
  park(self, reason, object, unlock_word, &lock_);
  return node.ok;
}

bool wait_queue::park_at_front(wait_reason reason, const void* object) {
  waiter self;
  wait_node node;
  node.who = &self;
  list_.push_front(node);
  park(self, reason, object, unlock_word, &lock_);
  return node.ok;
}

wait_end wait_queue::park_at_back(wait_reason reason, const void* object, const wait_limit& limit, bool& message) {
  wait_node node;
  list_.push_back(node);
  return park_bounded(node, reason, object, limit, message);
}

wait_end wait_queue::park_at_front(wait_reason reason, const void* object, const wait_limit& limit, bool& message) {
  wait_node node;
  list_.push_front(node);
  return park_bounded(node, reason, object, limit, message);
}

wait_end wait_queue::park_bounded(wait_node& node, wait_reason reason, const void* object, const wait_limit& limit,
                                  bool& message) {
  waiter self;
  self.contended = true;
  node.who = &self;
  const wait_end end = park_within(self, reason, object, unlock_word, &lock_, limit);
  if (end == wait_end::completed) {
    message = node.ok;
    return end;
  }
  lock();
  if (node.linked()) wait_list::remove(node);
  return end;
}

wait_node* wait_queue::take_one() noexcept {
  wait_node* node = list_.pop_front();
  while (node != nullptr && !node->who->claim()) node = list_.pop_front();
  return node;
}

void wait_queue::let_go(wait_node& taken, bool message) noexcept {
  taken.ok = message;
  taken.who->winner = &taken;
  ready(*taken.who);
}

void wait_queue::release_all(bool message) noexcept {
  wait_list taken;
  while (wait_node* node = take_one()) taken.push_back(*node);
  unlock();
  while (wait_node* node = taken.pop_front()) let_go(*node, message);
}

}  // namespace weft::detail
