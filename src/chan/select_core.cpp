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
// Who owns what. The waiter, its nodes and the set of locks lie on the stack of the selecting party. All nodes share
// the one claim of the waiter, so one peer completes the select, whatever the number of cases (L4). A channel that
// occurs twice has two nodes of us; when one has won, the other is stale like any loser (L6). An operation never meets
// itself: at the look our own nodes are not linked, and while they are linked we sleep.
//
// The commit that frees the locks runs on another stack while our own may already be waking: a peer can complete us as
// soon as the first lock is free. What keeps our stack alive until commit has read the last of it is step 5: it takes
// the lock of every channel with a losing node, and the commit frees them in order and reads nothing after the last
// one. If the winner's is the last, the peer has locked it, and so all the locks were free by then.
//
// A select that may give up (a limit), or that waits for a timed channel, parks by park_within() instead, whose caller
// does not go on before its commit has ended (`published`, src/park/bounded.cpp). So this commit may come back to its
// channels after the locks are free, and set the alarms of the timed ones (timed_channel.cpp), one lock at a time. When
// such a select has given up, nobody else has won the claim, and every node is a losing node: step 5 takes all out, and
// until then the waiter is there for those who find one and ask it.
//
// Why look under all locks, when choose_at_a_look did without? To enqueue exactly when nothing is ready, and because a
// look that has failed may fail again: here each round ends the select, removes a stale node, or serves one who waits.
#include "weft/detail/select_core.hpp"

#include <algorithm>
#include <new>

#include "chan/select_wait.hpp"
#include "weft/detail/panic.hpp"
#include "weft/detail/self_check.hpp"

namespace weft::detail {

namespace {

// What both kinds of select do to every case is inlined into each: choose_locked is measured.

/// The distinct channels of the cases, in the order of their addresses.
class lock_set {
 public:
  [[gnu::always_inline]] lock_set(std::span<const select_case> cases, channel_core** room) noexcept : channels_(room) {
    if (cases.size() <= few) {
      for (const select_case& c : cases) insert(c.channel);
    } else {
      for (const select_case& c : cases) {
        if (c.channel != nullptr) channels_[size_++] = c.channel;
      }
      std::sort(channels_, channels_ + size_);
      size_ = static_cast<std::size_t>(std::unique(channels_, channels_ + size_) - channels_);
    }
  }

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] select_wait channels() const noexcept { return {channels_, size_}; }

  void lock_all() const noexcept {
    for (std::size_t i = 0; i < size_; ++i) channels_[i]->lock();
  }

  void unlock_all_but(const channel_core* kept) const noexcept {
    for (std::size_t i = 0; i < size_; ++i) {
      if (channels_[i] != kept) channels_[i]->unlock();
    }
  }

  /// Frees all locks; reads nothing of this object or its array after the last one is free.
  void unlock_all() const noexcept {
    const std::size_t last = size_ - 1;
    channel_core* const last_channel = channels_[last];
    for (std::size_t i = 0; i < last; ++i) channels_[i]->unlock();
    last_channel->unlock();
  }

  /// No lock held. What unlock_and_follow() would have done besides unlocking.
  void follow_timed() const noexcept {
    for (std::size_t i = 0; i < size_; ++i) {
      if (!channels_[i]->is_timed()) continue;
      channels_[i]->lock();
      channels_[i]->unlock_and_follow();
    }
  }

 private:
  static constexpr std::size_t few = 16;  // up to here insertion beats std::sort

  void insert(channel_core* channel) noexcept {
    if (channel == nullptr) return;
    std::size_t place = size_;
    while (place > 0 && channel < channels_[place - 1]) --place;
    if (place > 0 && channels_[place - 1] == channel) return;
    std::copy_backward(channels_ + place, channels_ + size_, channels_ + size_ + 1);
    channels_[place] = channel;
    ++size_;
  }

  channel_core** channels_;
  std::size_t size_ = 0;
};

/// All locks held. One of the ready cases by chance, or no_case.
std::size_t pick_ready(std::span<const select_case> cases) noexcept {
  std::size_t count = 0;
  for (const select_case& c : cases) count += c.ready_locked() ? 1 : 0;
  if (count == 0) return no_case;
  std::size_t skip = count == 1 ? 0 : draw_below(count);
  for (std::size_t i = 0;; ++i) {
    if (cases[i].ready_locked() && skip-- == 0) return i;
  }
}

/// True: there are timed channels among them.
[[gnu::always_inline]] inline bool link_all(std::span<const select_case> cases, wait_node* nodes,
                                            waiter& self) noexcept {
  bool timed = false;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    channel_core* channel = cases[i].channel;
    if (channel == nullptr) continue;
    auto* node = ::new (static_cast<void*>(nodes + i)) wait_node;
    node->who = &self;
    node->slot = cases[i].slot;
    node->index = static_cast<std::uint32_t>(i);
    if (cases[i].sends) {
      channel->link_sender(*node);
    } else {
      channel->link_receiver(*node);
      timed |= channel->is_timed();
    }
    if (self_check) channel->check_invariants();
  }
  return timed;
}

template <bool Timed>
void unlink_losers(std::span<const select_case> cases, wait_node* nodes, std::size_t winner) noexcept {
  for (std::size_t i = 0; i < cases.size(); ++i) {
    channel_core* channel = cases[i].channel;
    if (channel == nullptr || i == winner) continue;  // the peer has taken the winner's node out
    channel->lock();
    if (cases[i].sends) {
      channel->unlink_sender(nodes[i]);
    } else {
      channel->unlink_receiver(nodes[i]);
    }
    if (self_check) channel->check_invariants();
    if constexpr (Timed) {
      channel->unlock_and_follow();
    } else {
      channel->unlock();
    }
  }
}

/// All locks held. Runs a case that is ready, and frees the locks; no_case: none is, and they are still held.
[[gnu::always_inline]] inline std::size_t run_ready(std::span<const select_case> cases, const lock_set& locks) {
  for (;;) {
    const std::size_t picked = pick_ready(cases);
    if (picked == no_case) return no_case;
    channel_core* const channel = cases[picked].channel;
    locks.unlock_all_but(channel);
    if (cases[picked].attempt()) return picked;
    channel->unlock();
    locks.lock_all();
  }
}

/// After the wait; `who.winner` null: it was given up.
template <bool Timed>
std::size_t leave(std::span<const select_case> cases, wait_node* nodes, const waiter& who) {
  const bool given_up = who.winner == nullptr;
  const std::size_t winner = given_up ? no_case : who.winner->index;
  unlink_losers<Timed>(cases, nodes, winner);
  if (!given_up && cases[winner].sends && !who.winner->ok) panic("send on closed channel");
  return winner;
}

/// The nodes are linked. May give up, and may come back to channels.
wait_end park_within(waiter& self, const lock_set& locks, const wait_limit& limit) {
  const auto commit = [](void* held) {
    const auto& channels = *static_cast<const lock_set*>(held);
    channels.unlock_all();
    channels.follow_timed();
  };
  return park_within(self, wait_reason::select, nullptr, commit, const_cast<lock_set*>(&locks), limit);
}

/// All locks held.
std::size_t wait_for_one(std::span<const select_case> cases, wait_node* nodes, const lock_set& locks) {
  waiter self;
  self.contended = true;
  if (link_all(cases, nodes, self)) {
    static_cast<void>(park_within(self, locks, wait_limit{}));
    return leave<true>(cases, nodes, self);
  }
  const select_wait all = locks.channels();
  const auto commit = [](void* held) { static_cast<const lock_set*>(held)->unlock_all(); };
  park(self, wait_reason::select, &all, commit, const_cast<lock_set*>(&locks));
  return leave<false>(cases, nodes, self);
}

/// All locks held.
wait_end wait_for_one(std::span<const select_case> cases, wait_node* nodes, const lock_set& locks,
                      const wait_limit& limit, std::size_t& chosen) {
  waiter self;
  self.contended = true;
  link_all(cases, nodes, self);
  const wait_end end = park_within(self, locks, limit);
  chosen = leave<true>(cases, nodes, self);
  return end;
}

}  // namespace

void note_missed_by(std::span<const select_case> cases) noexcept {
  for (const select_case& each : cases) {
    if (each.channel != nullptr) static_cast<void>(each.channel->missed(each.sends));
  }
}

std::size_t choose_at_a_timed_look(std::span<const select_case> cases, bool may_block) {
  std::size_t chosen = undecided;
  return choose_at_this_look<true>(cases, may_block, chosen) ? chosen : undecided;
}

std::size_t choose_locked(std::span<const select_case> cases, select_space space, bool may_block) {
  check(cases.size() <= most_cases, "a select has at most 65536 cases");
  const lock_set locks(cases, space.channels);
  if (locks.empty()) {
    if (may_block) block_for_ever(wait_reason::select_no_cases);
    return no_case;
  }
  locks.lock_all();
  const std::size_t picked = run_ready(cases, locks);
  if (picked != no_case) return picked;
  if (!may_block) {
    locks.unlock_all();
    if (attempts_are_noted()) note_missed_by(cases);
    return no_case;
  }
  return wait_for_one(cases, space.nodes, locks);
}

wait_end choose_locked(std::span<const select_case> cases, select_space space, const wait_limit& limit,
                       std::size_t& chosen) {
  check(cases.size() <= most_cases, "a select has at most 65536 cases");
  const lock_set locks(cases, space.channels);
  if (locks.empty()) return wait_in_vain(wait_reason::select_no_cases, limit);
  locks.lock_all();
  chosen = run_ready(cases, locks);
  if (chosen != no_case) return wait_end::completed;
  if (limit.passed()) {
    locks.unlock_all();
    return wait_end::timed_out;
  }
  return wait_for_one(cases, space.nodes, locks, limit, chosen);
}

}  // namespace weft::detail
