// SPDX-License-Identifier: Apache-2.0
//
// The slow half of a channel: creation, waiting, close, and the proof of the whole. The invariants are in the header.
//
// Who owns a waiter
//   A wait_node lies on the stack of the party that waits and is linked in one list. While it is linked, the lock
//   guards it. Whoever takes it out under the lock and wins claim() owns the completion: he moves the value (he may do
//   so after he has freed the lock, nobody else looks at the slot), writes `ok` and `winner`, and calls ready(), after
//   which the node may be gone. A node that loses claim() belongs to a select that was completed through another of its
//   nodes. It is dropped from the list and not touched again; its owner finds it unlinked.
//   The channel itself is kept alive by the handle through which the party waits; nobody touches it after completing
//   the last waiter or freeing the lock, except through a handle of his own.
//
// First come, first served (C6). A list is a queue, and no operation overtakes it: by invariants 1 and 2 an operation
// that finds its own kind waiting also finds the ring unusable, unless a peer came, and a peer serves the queue first.
// A receiver that finds a full ring takes the head and moves the first waiting sender's value to the tail, so the ring
// and the queue of senders together are one queue.
//
// Happens-before (C13)
//   send -> its receive: through the lock for a ring; for a direct hand-over the value is moved before ready(), and
//   ready() happens before park returns. close -> a receive that reports closed: the same two ways.
//   Unbuffered, receive -> end of send: a sender either finds a receiver that had linked itself under the lock, or
//   sleeps until the receiver's ready(). Ring of C: the k-th receive frees under the lock the room that the send k+C
//   takes under the lock.
//
// Looking without the lock. Claim: if reading the words of a set of channels twice gives equal sums, then all of them
// had the values read at one instant between the two readings. Each word only grows (stamps grow; a change of state_
// raises its version), and differences are far below 2^64 during one call, so equal sums mean equal words. Let w be
// the value read of a word and w' the next value written to it, if any. The instant P is placed after every w and
// before every w'. A contradiction would be a w' of one channel that happens before a w of another (or before
// something the reader had seen when it began the second reading). The stores release and the reads acquire, so w'
// would happen before the second reading of that word, which then could not have returned w. That is the exactness of
// `default` (L3), of try_send and of try_recv (C8): what they report was true at P.
//
// Memory ordering: that of channel_core.hpp, where the argument above needs no more than acquire and release.
//
// Why a lock and not a lock-free queue. Select must enqueue on several channels at once and leave them at once; close
// must wake everybody at one instant; direct hand-over needs a list of waiters that belongs together with the state of
// the ring. Lock-free channels that do all this (Koval, Alistarh, Elizarov: Fast and Scalable Channels in Kotlin
// Coroutines, PPoPP 2023) pay two to three compare-exchanges of 10 ns each per operation where this lock pays one
// exchange of 5.5 ns and is never held across anything slow.
//
// Rejected: one readiness word next to ring counters. It cost another store per operation; the stamps are the word.
#include "weft/detail/channel_core.hpp"

#include <bit>
#include <limits>
#include <new>

#include "park/goroutine.hpp"
#include "weft/detail/panic.hpp"
#include "weft/detail/self_check.hpp"

namespace weft::detail {

namespace {

constexpr std::uint64_t largest_channel = std::uint64_t{1} << 47;  // bytes: the user half of the address space

void publish_nothing(void*) {}
void unlock_channel(void* channel) { static_cast<channel_core*>(channel)->unlock(); }
void unlock_and_follow_channel(void* channel) { static_cast<channel_core*>(channel)->unlock_and_follow(); }

/// One that may give up. The waiter lives until the node is out: who finds a stale node asks it.
struct bounded_party {
  explicit bounded_party(void* slot) noexcept {
    who.contended = true;
    node.who = &who;
    node.slot = slot;
  }

  waiter who;
  wait_node node;
};

}  // namespace

channel_core::channel_core(const channel_type& type, std::uint64_t capacity) noexcept
    : capacity_(capacity), lap_(capacity == 0 ? 0 : std::bit_ceil(capacity)), type_(type) {}

void* allocate_channel(std::size_t header, std::uint64_t capacity, std::size_t element_size, std::size_t alignment) {
  const bool absurd = element_size == 0 ? capacity > std::numeric_limits<std::uint64_t>::max() / 4
                                        : capacity > (largest_channel - header) / element_size;
  if (absurd) panic("makechan: size out of range");
  const std::size_t bytes = header + capacity * element_size;
  void* memory = alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__
                     ? ::operator new(bytes, std::nothrow)
                     : ::operator new (bytes, std::align_val_t{alignment}, std::nothrow);
  if (memory == nullptr) fatalf("out of memory: a channel of %zu bytes", bytes);
  return memory;
}

void free_channel(void* memory, std::size_t alignment) noexcept {
  if (attempts_are_noted()) forget_attempts(memory);
  if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) {
    ::operator delete(memory);
  } else {
    ::operator delete (memory, std::align_val_t{alignment});
  }
}

std::uint64_t channel_core::len() const noexcept {
  // A snapshot that may be old by the time it is used (C9), but of one instant: read until the stamps stand still.
  for (;;) {
    const std::uint64_t tail = tail_.load(memory_order_acquire);
    const std::uint64_t head = head_.load(memory_order_acquire);
    if (tail_.load(memory_order_acquire) != tail) continue;
    const bool same_lap = (tail ^ head) < lap_ || tail == head;
    return same_lap ? tail - head : capacity_ + index_of(tail) - index_of(head);
  }
}

bool channel_core::wait_to_send(void* slot) {
  waiter self;
  wait_node node;
  node.who = &self;
  node.slot = slot;
  link_sender(node);
  if (self_check) check_invariants();
  park(self, wait_reason::chan_send, this, unlock_channel, this);
  return node.ok;
}

bool channel_core::wait_to_recv(void* slot) {
  if (is_timed()) {
    bool moved = false;
    static_cast<void>(wait_to_recv(slot, wait_limit{}, moved));
    return moved;
  }
  waiter self;
  wait_node node;
  node.who = &self;
  node.slot = slot;
  link_receiver(node);
  if (self_check) check_invariants();
  park(self, wait_reason::chan_receive, this, unlock_channel, this);
  return node.ok;
}

wait_end channel_core::wait_to_send(void* slot, const wait_limit& limit, bool& moved) {
  bounded_party self(slot);
  if (limit.passed()) {
    unlock();
    return wait_end::timed_out;
  }
  link_sender(self.node);
  if (self_check) check_invariants();
  const wait_end end = park_within(self.who, wait_reason::chan_send, this, unlock_channel, this, limit);
  moved = self.node.ok;
  if (end != wait_end::completed) {
    lock();
    unlink_sender(self.node);
    unlock();
  }
  return end;
}

wait_end channel_core::wait_to_recv(void* slot, const wait_limit& limit, bool& moved) {
  bounded_party self(slot);
  if (limit.passed()) {
    unlock();
    return wait_end::timed_out;
  }
  link_receiver(self.node);
  if (self_check) check_invariants();
  const wait_end end = park_within(self.who, wait_reason::chan_receive, this, unlock_and_follow_channel, this, limit);
  moved = self.node.ok;
  if (end != wait_end::completed) {
    lock();
    unlink_receiver(self.node);
    unlock_and_follow();
  }
  return end;
}

/// Whoever waits at a channel without a buffer, or closes it, raises the version of its state.
void channel_core::note_missed_here(bool sends) const noexcept {
  if (capacity_ == 0 && !is_timed()) note_missed(this, sends, state_.load(memory_order_relaxed));
}

void channel_core::close() {
  wait_list waiting;
  close(waiting);
  complete_closed(waiting);
}

void channel_core::close(wait_list& waiting) {
  lock();
  if ((state_.load(memory_order_relaxed) & closed) != 0) {
    unlock();
    panic("close of closed channel");
  }
  // Wakes nobody under the lock (C15): collects first. The nodes are ours by claim, so their links are free to use.
  while (wait_node* node = receivers_.empty() ? nullptr : take_receiver()) waiting.push_back(*node);
  while (wait_node* node = senders_.empty() ? nullptr : take_sender()) waiting.push_back(*node);
  set(closed);
  if (self_check) check_invariants();
  unlock();
}

void channel_core::complete_closed(wait_list& waiting) noexcept {
  while (wait_node* node = waiting.pop_front()) complete(*node, false);
}

bool channel_core::is_awaited_by(const goroutine& who) const noexcept {
  for (const wait_list* list : {&receivers_, &senders_}) {
    for (wait_node* node = list->front(); node != nullptr; node = list->next(*node)) {
      const waiter& each = *node->who;
      if (is_of_goroutine(each) && each.party == &who && !each.contended) return true;
    }
  }
  return false;
}

void channel_core::check_invariants() const noexcept {
  const std::uint64_t state = state_.load(memory_order_relaxed);
  const std::uint64_t tail = tail_.load(memory_order_relaxed);
  const std::uint64_t head = head_.load(memory_order_relaxed);
  const bool is_closed = (state & closed) != 0;
  check(receivers_.empty() || (head == tail && !is_closed), "receivers wait only for an empty, open channel");
  check(senders_.empty() || (tail == head + lap_ && !is_closed), "senders wait only for a full, open channel");
  check(receivers_.empty() == ((state & receivers_wait) == 0), "a channel's state tells whether receivers wait");
  check(senders_.empty() == ((state & senders_wait) == 0), "a channel's state tells whether senders wait");
  check(tail - head <= lap_ && len() <= capacity_, "a channel holds no more than its capacity");
}

void block_for_ever(wait_reason reason) {
  waiter self;
  park(self, reason, nullptr, publish_nothing, nullptr);
  panic("weft: internal invariant broken: an operation that blocks for ever was completed (please report)");
}

wait_end wait_in_vain(wait_reason reason, const wait_limit& limit) {
  if (limit.called_off()) return wait_end::cancelled;
  if (limit.passed()) return wait_end::timed_out;
  waiter self;
  self.contended = true;
  return park_within(self, reason, nullptr, publish_nothing, nullptr, limit);
}

}  // namespace weft::detail
