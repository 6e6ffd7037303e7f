// SPDX-License-Identifier: Apache-2.0
// floor 4
//
// A channel, without the type of its elements: a ring, two lists of waiters and one lock. The typed operations are in
// channel_of.hpp, the slow ones and the proof in src/chan/channel_core.cpp, the public handle in weft/chan.hpp.
//
// Invariants, true whenever the lock is free
//   1. Receivers are waiting  =>  the ring is empty, and the channel is open.
//   2. Senders are waiting    =>  the ring is full (or there is none), and the channel is open.
//   3. Closed is for ever, and nothing enters the ring of a closed channel.
//   4. Hence one of the lists is empty, unless both hold nodes of selects that send and receive on this channel.
//   5. The low bits of state_ tell whether the lists are empty, whether the channel is closed and whether it is timed.
//      A waiting node may be stale: its select was completed elsewhere, or its party has given up, and has not taken
//      the node out yet (claim() tells).
//
// The ring. Positions are stamps: a lap number times lap_ (a power of two, at least the capacity) plus an index below
// the capacity. Stamps only grow. Empty: head == tail. Full: tail == head + lap_. An unbuffered channel has lap_ 0 and
// is therefore both, always. (The stamps are those of Vyukov's bounded queue, as in crossbeam-channel's array flavor.)
//
// Looking without the lock. state_ carries a version above its bits, so that all three words, state_, head_ and tail_,
// only grow. Whoever reads them twice and finds the same sum has read the same three values twice, so in between none
// changed, and there is one instant at which all had these values; the same holds for the words of many channels
// (select, L3). The proof is in channel_core.cpp.
//
// Timed channels, those of timers, have no ring: what they give is a moment that has come (timed_channel.hpp). They are
// channels in all else. Only where an ordinary channel has refused is it asked whether a channel is timed, by a bit of
// the word that was read already.
//
// Memory ordering. state_, head_ and tail_ are written under the lock, so loads by its holder are relaxed. Their stores
// release and the loads of those who look without the lock acquire: whoever sees that an operation has happened also
// sees all that happened before it. references_ is that of shared_ptr.
#pragma once

#include <cstddef>
#include <cstdint>

#include "weft/detail/atomic.hpp"
#include "weft/detail/attempt.hpp"
#include "weft/detail/bounded.hpp"
#include "weft/detail/park.hpp"
#include "weft/detail/waiter.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {

class channel_core;

/// What select and destruction need to know of an element type.
struct channel_type {
  /// One try at the operation, with the channel's lock held. True: done, and the lock is free. False: it would block,
  /// and the lock is still held. `slot` is a T* to send from, or a std::optional<T>* to receive into.
  bool (*attempt_send)(channel_core& channel, void* slot);
  bool (*attempt_recv)(channel_core& channel, void* slot);
  /// Destroys the elements left in the ring, the channel, and frees its memory.
  void (*destroy)(channel_core& channel) noexcept;
};

class channel_core {
 public:
  channel_core(const channel_type& type, std::uint64_t capacity) noexcept;
  channel_core(const channel_core&) = delete;
  channel_core& operator=(const channel_core&) = delete;

  // Life: handles hold references; a blocked operation lives on its caller's handle.

  /// The caller has a reference already.
  void retain() noexcept { references_.fetch_add(1, memory_order_relaxed); }

  void release() noexcept {
    // The last owner sees what the others did: pairs with their fetch_sub. A sole owner needs no locked instruction.
    if (references_.load(memory_order_acquire) == 1 || references_.fetch_sub(1, memory_order_acq_rel) == 1) {
      type_.destroy(*this);
    }
  }

  [[nodiscard]] const channel_type& type() const noexcept { return type_; }

  // The lock.

  void lock() noexcept { lock_.lock(); }
  void unlock() noexcept { lock_.unlock(); }

  /// unlock() after a receiver has been linked or unlinked: a timed channel has a timer only while somebody waits. No
  /// other lock may be held.
  void unlock_and_follow() noexcept {
    if (is_timed()) [[unlikely]] {
      follow_timed();
    } else {
      unlock();
    }
  }

  /// Known from the beginning, and for ever.
  [[nodiscard]] bool is_timed() const noexcept { return (state_.load(memory_order_relaxed) & timed) != 0; }

  // Looking. Without the lock: see above.

  /// Whether an operation would find something to do. `timed`: only the clock can tell, ask can_recv().
  enum class look : std::uint8_t { idle, ready, timed };

  /// Of a receive; adds what it saw to `sum`. Not under the lock.
  [[nodiscard]] look look_recv(std::uint64_t& sum) const noexcept {
    const std::uint64_t state = state_.load(memory_order_acquire);
    const std::uint64_t tail = tail_.load(memory_order_acquire);
    const std::uint64_t head = head_.load(memory_order_acquire);
    sum += state + tail + head;
    if (head != tail) return look::ready;
    if ((state & (closed | senders_wait | timed)) == 0) return look::idle;
    return (state & timed) != 0 ? look::timed : look::ready;
  }

  /// The same for every channel. Not under the lock.
  [[nodiscard]] bool can_recv(std::uint64_t& sum) const noexcept {
    const look seen = look_recv(sum);
    return seen == look::timed ? is_due(sum) : seen == look::ready;
  }

  /// The mirror image for a send. (A send on a closed channel has something to do: panic.)
  [[nodiscard]] bool can_send(std::uint64_t& sum) const noexcept {
    const std::uint64_t state = state_.load(memory_order_acquire);
    const std::uint64_t tail = tail_.load(memory_order_acquire);
    const std::uint64_t head = head_.load(memory_order_acquire);
    sum += state + tail + head;
    return tail != head + lap_ || (state & (closed | receivers_wait)) != 0;
  }

  /// Lock held: exact.
  [[nodiscard]] bool can_recv_locked() const noexcept {
    const std::uint64_t state = state_.load(memory_order_relaxed);
    return head_.load(memory_order_relaxed) != tail_.load(memory_order_relaxed) ||
           ((state & (closed | senders_wait | timed)) != 0 && ((state & timed) == 0 || is_due_locked()));
  }

  /// True: there was an instant during this call at which a receive would have blocked. False: perhaps not.
  [[nodiscard]] bool recv_would_block() const noexcept {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    const look seen = look_recv(first);
    if (seen != look::idle) return seen == look::timed && timed_would_block();
    return look_recv(second) == look::idle && first == second;
  }

  [[nodiscard]] bool send_would_block() const noexcept {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    return !can_send(first) && !can_send(second) && first == second;
  }

  /// For who does not wait and has found nobody, of the other kind if it `sends`: false.
  [[nodiscard]] bool missed(bool sends) const noexcept {
    if (attempts_are_noted()) [[unlikely]]
      note_missed_here(sends);
    return false;
  }

  [[nodiscard]] std::uint64_t len() const noexcept;
  [[nodiscard]] std::uint64_t cap() const noexcept { return capacity_; }

  // Slow operations.

  /// Closes the channel: panics if it is closed, completes all who wait. Takes the lock itself.
  void close();

  /// The same in two steps, for a channel that is closed together with something else: closes, and then wakes.
  void close(wait_list& waiting);
  static void complete_closed(wait_list& waiting) noexcept;

  /// Lock held. Waits at the end of the list until completed; frees the lock once parked. True if a value was moved
  /// to or from `slot`, false if the channel was closed.
  bool wait_to_send(void* slot);
  bool wait_to_recv(void* slot);

  /// The same until the limit; `moved` is what the others return, set when completed.
  [[nodiscard]] wait_end wait_to_send(void* slot, const wait_limit& limit, bool& moved);
  [[nodiscard]] wait_end wait_to_recv(void* slot, const wait_limit& limit, bool& moved);

  /// Lock held. Puts a node at the end of a list, or takes it out of the middle if it is still there.
  void link_sender(wait_node& node) noexcept { link(senders_, node, senders_wait); }
  void link_receiver(wait_node& node) noexcept { link(receivers_, node, receivers_wait); }
  void unlink_sender(wait_node& node) noexcept { unlink(senders_, node, senders_wait); }
  void unlink_receiver(wait_node& node) noexcept { unlink(receivers_, node, receivers_wait); }

  /// Whether the goroutine waits here, without a limit, and not in a select. While nobody else runs.
  [[nodiscard]] bool is_awaited_by(const goroutine& who) const noexcept;

  /// Lock held. Panics if an invariant is broken.
  void check_invariants() const noexcept;

  /// The last thing done for a waiter whose completion we own, with no lock held.
  static void complete(wait_node& node, bool ok) noexcept {
    waiter& who = *node.who;
    node.ok = ok;
    who.winner = &node;
    ready(who);
  }

 protected:
  ~channel_core() = default;

  // The bits of state_; above them a version.
  static constexpr std::uint64_t closed = 1;
  static constexpr std::uint64_t receivers_wait = 2;
  static constexpr std::uint64_t senders_wait = 4;
  static constexpr std::uint64_t timed = 8;
  static constexpr std::uint64_t all_bits = 15;

  /// attempt_recv of a timed channel.
  [[nodiscard]] bool attempt_timed(void* slot);

  /// Lock held. Something that looks depend on, and that is not in the other words, has changed.
  void raise_version() noexcept {
    state_.store(state_.load(memory_order_relaxed) + all_bits + 1, memory_order_release);
  }

  /// The stamp after `stamp`.
  [[nodiscard]] std::uint64_t after(std::uint64_t stamp) const noexcept {
    const std::uint64_t index = stamp & (lap_ - 1);
    return index + 1 == capacity_ ? stamp - index + lap_ : stamp + 1;
  }

  [[nodiscard]] std::uint64_t index_of(std::uint64_t stamp) const noexcept { return stamp & (lap_ - 1); }

  /// Lock held. The first waiter that we win the right to complete, taken out of its list; null if there is none.
  [[nodiscard]] wait_node* take_sender() noexcept { return take(senders_, senders_wait); }
  [[nodiscard]] wait_node* take_receiver() noexcept { return take(receivers_, receivers_wait); }

  mutable word_lock lock_;
  atomic<std::uint32_t> references_{1};  // one per handle; of a timed channel also its armed timer's
  atomic<std::uint64_t> state_{0};       // written under the lock; bits and version
  atomic<std::uint64_t> tail_{0};        // written under the lock; where the next element goes
  atomic<std::uint64_t> head_{0};        // written under the lock; where the oldest element is
  const std::uint64_t capacity_;
  const std::uint64_t lap_;
  const channel_type& type_;
  wait_list receivers_;  // under the lock
  wait_list senders_;    // under the lock

 private:
  void note_missed_here(bool sends) const noexcept;

  // Of timed channels: timed_channel.cpp.
  [[nodiscard]] bool is_due(std::uint64_t& sum) const noexcept;
  [[nodiscard]] bool is_due_locked() const noexcept;
  [[nodiscard]] bool timed_would_block() const noexcept;
  void follow_timed() noexcept;

  void set(std::uint64_t bit) noexcept {
    state_.store((state_.load(memory_order_relaxed) | all_bits) + 1 + bits_with(bit), memory_order_release);
  }
  void clear(std::uint64_t bit) noexcept {
    state_.store((state_.load(memory_order_relaxed) | all_bits) + 1 + bits_without(bit), memory_order_release);
  }
  [[nodiscard]] std::uint64_t bits_with(std::uint64_t bit) const noexcept {
    return (state_.load(memory_order_relaxed) & all_bits) | bit;
  }
  [[nodiscard]] std::uint64_t bits_without(std::uint64_t bit) const noexcept {
    return state_.load(memory_order_relaxed) & all_bits & ~bit;
  }

  void link(wait_list& list, wait_node& node, std::uint64_t bit) noexcept {
    if (list.empty()) set(bit);
    list.push_back(node);
  }
  void unlink(wait_list& list, wait_node& node, std::uint64_t bit) noexcept {
    if (!node.linked()) return;
    wait_list::remove(node);
    if (list.empty()) clear(bit);
  }
  wait_node* take(wait_list& list, std::uint64_t bit) noexcept {
    wait_node* node = list.pop_front();
    while (node != nullptr && !node->who->claim()) node = list.pop_front();  // stale: completed elsewhere
    if (list.empty()) clear(bit);
    return node;
  }
};

/// Blocks the caller for ever: an operation on Go's nil channel, or a select without a case that can become ready.
[[noreturn]] void block_for_ever(wait_reason reason);

/// The same until the limit; never `completed`. Only a limit without bounds blocks for ever.
[[nodiscard]] wait_end wait_in_vain(wait_reason reason, const wait_limit& limit);

/// Memory for a channel: `header` bytes and, behind them, `capacity` elements. Panics when that is absurd.
[[nodiscard]] void* allocate_channel(std::size_t header, std::uint64_t capacity, std::size_t element_size,
                                     std::size_t alignment);
void free_channel(void* memory, std::size_t alignment) noexcept;

}  // namespace weft::detail
