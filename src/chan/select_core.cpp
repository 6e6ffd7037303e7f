// SPDX-License-Identifier: Apache-2.0
//
// The half of select that locks: the way of Go's selectgo.
//
//   1. Lock every channel, each once, in the order of addresses, so that two selects cannot wait for each other (L8).
//   2. Look at all cases. Some ready: choose one of them by chance (L2), free the other locks, run it. It cannot fail,
//      because its own lock was held throughout, unless all who seemed to wait for it were stale; then start again,
//      with fewer stale nodes than before.
//   3. None ready and no waiting wanted: that was one instant, all locks held (L3).
//   4. Otherwise link a node in every channel and park; the locks are freed after the switch.
//   5. A peer wins the claim, moves the value, names the winning node and wakes us. Take the losing nodes out, each
//      under its channel's lock, in O(1) (C14), and return the winner's case.
//
// Who owns what. The waiter, its nodes and the order lie on the stack of the selecting party. All nodes share the one
// claim of the waiter, so one peer completes the select, whatever the number of cases (L4). A channel that occurs twice
// has two nodes of us; when one has won, the other is stale like any loser (L6). An operation never meets itself: at
// the look our own nodes are not linked, and while they are linked we sleep.
//
// The commit that frees the locks runs on another stack while our own may already be waking: a peer can complete us as
// soon as the first lock is free. What keeps our stack alive until commit has read the last of it is step 5: it takes
// the lock of every channel with a losing node, and the commit frees them in order and reads nothing after the last
// one. If the winner's is the last, the peer has locked it, and so all the locks were free by then.
//
// Why look under all locks, when choose_at_a_look did without? To enqueue exactly when nothing is ready, and because a
// look that has failed may fail again: here each round ends the select or removes a stale node.
#include "weft/detail/select_core.hpp"

#include <algorithm>

#include "weft/detail/panic.hpp"
#include "weft/detail/self_check.hpp"

namespace weft::detail {

namespace {

/// The cases that have a channel, ordered by its address; equal channels are neighbours.
class locking_order {
 public:
  locking_order(std::span<const select_case> cases, std::uint16_t* room) noexcept : cases_(cases), order_(room) {
    for (std::size_t i = 0; i < cases.size(); ++i) {
      if (cases[i].channel != nullptr) order_[size_++] = static_cast<std::uint16_t>(i);
    }
    if (size_ <= few) {
      insertion_sort();
    } else {
      std::sort(order_, order_ + size_, [this](std::uint16_t a, std::uint16_t b) { return at(a) < at(b); });
    }
  }

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// Calls f(channel, its cases as a range in the order) for each distinct channel.
  template <class F>
  void for_each_channel(F f) const {
    for (std::size_t begin = 0, end = 0; begin < size_; begin = end) {
      while (end < size_ && at(order_[end]) == at(order_[begin])) ++end;
      f(*at(order_[begin]), std::span<const std::uint16_t>(order_ + begin, end - begin));
    }
  }

  void lock_all() const noexcept {
    for_each_channel([](channel_core& channel, auto) { channel.lock(); });
  }

  void unlock_all_but(const channel_core* kept) const noexcept {
    for_each_channel([kept](channel_core& channel, auto) {
      if (&channel != kept) channel.unlock();
    });
  }

  /// Frees all locks; reads neither this object nor the cases after the last one is free.
  void unlock_all() const noexcept {
    channel_core* pending = nullptr;
    for_each_channel([&pending](channel_core& channel, auto) {
      if (pending != nullptr) pending->unlock();
      pending = &channel;
    });
    if (pending != nullptr) pending->unlock();
  }

 private:
  static constexpr std::size_t few = 16;  // up to here insertion sort beats std::sort's set-up

  [[nodiscard]] channel_core* at(std::uint16_t i) const noexcept { return cases_[i].channel; }

  void insertion_sort() noexcept {
    for (std::size_t i = 1; i < size_; ++i) {
      const std::uint16_t moving = order_[i];
      std::size_t place = i;
      for (; place > 0 && at(moving) < at(order_[place - 1]); --place) order_[place] = order_[place - 1];
      order_[place] = moving;
    }
  }

  std::span<const select_case> cases_;
  std::uint16_t* order_;
  std::size_t size_ = 0;
};

/// All locks held. One of the ready cases by chance, or no_case.
std::size_t pick_ready(std::span<const select_case> cases) noexcept {
  std::uint64_t ignored = 0;
  std::size_t count = 0;
  for (const select_case& c : cases) count += c.ready(ignored) ? 1 : 0;
  if (count == 0) return no_case;
  std::size_t skip = count == 1 ? 0 : draw_below(count);
  for (std::size_t i = 0;; ++i) {
    if (cases[i].ready(ignored) && skip-- == 0) return i;
  }
}

void link_all(std::span<const select_case> cases, wait_node* nodes, waiter& self) noexcept {
  for (std::size_t i = 0; i < cases.size(); ++i) {
    channel_core* channel = cases[i].channel;
    if (channel == nullptr) continue;
    nodes[i].who = &self;
    nodes[i].slot = cases[i].slot;
    nodes[i].index = static_cast<std::uint32_t>(i);
    if (cases[i].sends) {
      channel->link_sender(nodes[i]);
    } else {
      channel->link_receiver(nodes[i]);
    }
  }
}

void unlink_losers(std::span<const select_case> cases, wait_node* nodes, std::size_t winner,
                   const locking_order& order) noexcept {
  order.for_each_channel([&](channel_core& channel, std::span<const std::uint16_t> its_cases) {
    if (its_cases.size() == 1 && its_cases[0] == winner) return;  // the peer has taken that node out
    channel.lock();
    for (const std::uint16_t i : its_cases) {
      if (cases[i].sends) {
        channel.unlink_sender(nodes[i]);
      } else {
        channel.unlink_receiver(nodes[i]);
      }
    }
    if (self_check) channel.check_invariants();
    channel.unlock();
  });
}

std::size_t wait_for_one(std::span<const select_case> cases, wait_node* nodes, const locking_order& order) {
  waiter self;
  self.contended = true;
  link_all(cases, nodes, self);
  const auto commit = [](void* locked) { static_cast<const locking_order*>(locked)->unlock_all(); };
  park(self, wait_reason::select, nullptr, commit, const_cast<locking_order*>(&order));
  const std::size_t winner = self.winner->index;
  unlink_losers(cases, nodes, winner, order);
  if (cases[winner].sends && !nodes[winner].ok) panic("send on closed channel");
  return winner;
}

}  // namespace

std::size_t choose_locked(std::span<const select_case> cases, select_space space, bool may_block) {
  check(cases.size() <= most_cases, "a select has at most 65536 cases");
  const locking_order order(cases, space.order);
  if (order.empty()) {
    if (may_block) block_for_ever(wait_reason::select_no_cases);
    return no_case;
  }
  for (;;) {
    order.lock_all();
    const std::size_t picked = pick_ready(cases);
    if (picked == no_case) break;
    channel_core* channel = cases[picked].channel;
    order.unlock_all_but(channel);
    if (cases[picked].attempt()) return picked;
    channel->unlock();
  }
  if (may_block) return wait_for_one(cases, space.nodes, order);
  order.unlock_all();
  return no_case;
}

}  // namespace weft::detail
