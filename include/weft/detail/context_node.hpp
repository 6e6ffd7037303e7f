// SPDX-License-Identifier: Apache-2.0
// floor 5
//
// What contexts are made of: nodes of a tree that know their parents. A context is a handle to one.
//
// Five kinds of node: the two roots, which live for ever; value nodes and those of without_cancel, which never change;
// and cancel_nodes, which alone have a state. Every node knows the nearest cancel_node at or above it, and whatever a
// context is asked about its end is asked of that one. Values are looked for up the tree.
//
// Who keeps whom alive. A handle keeps its node and a node its parent: references up. Down the tree a cancel_node lists
// its children without keeping them, which is safe because of invariant 2. Long chains are freed in a loop.
//
// Invariants
//   1. A cancel_node is open until it is closed, once, with a reason and a cause that do not change any more. Only an
//      open one has children and calls.
//   2. A linked child has a reference: that of its cancel_scope, which closes and unlinks it before it lets go. So
//      whoever finds a child under the parent's lock may take a further reference.
//   3. Every cancel_node is closed before it is freed, because only a cancel_scope makes one.
//   4. A timer is disarmed by the one who closes the node or, if that came before the timer was armed, by the one who
//      armed it. While armed or firing it has a reference.
//   5. Who closes a node has a reference of its own until it is through: the first that it wakes may end the scope.
//
// The order of an end (X8), for one node: it is announced, so that nobody finds it open any more; done() is closed; the
// reason is set; those who wait for either are woken; then come the children, and the after_func calls. Whoever looks
// at err(), at cause() or at a bounded wait between the announcement and the reason waits for the reason. So all of
// them change at one instant, and that is the one at which done() is closed, whoever looks from where. Nobody is woken
// in between, and no goroutine gives way there: the wait is one of instructions, as for a word_lock.
//
// A tree is closed by a loop over a list of nodes that have been unlinked from their parents and not yet been closed,
// never by recursion. No lock is held while anybody is woken or anything is started.
//
// Rejected: closing done() first or last, without the announcement. The channel and the canceller are two words; a
// goroutine woken by the one would for a moment find the other unchanged.
#pragma once

#include <cstdint>
#include <memory>
#include <typeinfo>

#include "weft/chan.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/canceller.hpp"
#include "weft/detail/intrusive_list.hpp"
#include "weft/detail/park.hpp"
#include "weft/detail/word_lock.hpp"
#include "weft/failure.hpp"
#include "weft/unit.hpp"

namespace weft::detail {

class context_node;
class cancel_node;

/// What differs from kind to kind.
struct context_type {
  const char* name;                         // what the description says
  void (*destroy)(context_node&) noexcept;  // null: the node lives for ever
  /// The address of the value if the node holds one under this key, else null. Null: it never does.
  const void* (*find)(const context_node&, const std::type_info& type, const void* key);
};

class context_node {
 public:
  /// Takes over a reference to `parent`.
  constexpr context_node(const context_type& type, context_node* parent, cancel_node* nearest) noexcept
      : type_(type), parent_(parent), nearest_(nearest) {}
  context_node(const context_node&) = delete;
  context_node& operator=(const context_node&) = delete;

  /// The caller has a reference already, or the lock that invariant 2 speaks of.
  void retain() noexcept {
    // relaxed: as in shared_ptr, only the last release must see the others (context_node.cpp)
    if (type_.destroy != nullptr) references_.fetch_add(1, memory_order_relaxed);
  }

  /// Frees it, and those above it whom nobody else keeps, if this was the last reference. No lock may be held.
  static void release(context_node* node) noexcept;

  [[nodiscard]] const context_type& type() const noexcept { return type_; }
  [[nodiscard]] context_node* parent() const noexcept { return parent_; }
  [[nodiscard]] cancel_node* nearest() const noexcept { return nearest_; }

  /// The value nearest up the tree; null if there is none.
  [[nodiscard]] const void* find(const std::type_info& type, const void* key) const;

 protected:
  ~context_node() = default;

 private:
  const context_type& type_;
  context_node* const parent_;           // one reference is ours; null: a root
  cancel_node* const nearest_;           // at or above this; null: never cancelled
  atomic<std::uint32_t> references_{1};  // as in shared_ptr
};

/// A function that after_func has registered with a cancel_node.
class after_call : public list_hook {
 public:
  after_call() noexcept = default;
  after_call(const after_call&) = delete;
  after_call& operator=(const after_call&) = delete;
  virtual ~after_call() = default;

  /// Starts it, if goroutines can be started.
  static void start_or_leave(std::shared_ptr<after_call> call);

  /// Destroys the function, which will not be called.
  virtual void drop() noexcept = 0;

 private:
  friend class cancel_node;

  /// Starts a goroutine that calls the function and destroys it. `self` keeps it until then.
  virtual void start(std::shared_ptr<after_call> self) = 0;

  std::shared_ptr<after_call> self_;  // while linked, under the node's lock; and when left behind
  after_call* next_left_ = nullptr;
};

class cancel_node : public context_node, public list_hook {
 public:
  /// A child of `parent`, whose reference it takes over; not linked yet.
  cancel_node(const context_type& type, context_node* parent, nanoseconds deadline) noexcept
      : context_node(type, parent, this), deadline_(deadline) {}

  /// Links it to the nearest cancel_node above, or closes it with that one's reason and cause. Once, at first.
  void join_parent();

  /// Closes it and all below, unless it is closed already. The node is there when it is called, and may be gone when it
  /// returns: what the caller's reference belongs to may end before. The caller holds no lock.
  void close(errc reason, const failure& cause);

  /// The channel that is closed at the end, made when first asked for.
  [[nodiscard]] receiver<unit> done();

  [[nodiscard]] canceller& wakes() noexcept { return wakes_; }
  [[nodiscard]] nanoseconds deadline() const noexcept { return deadline_; }

  /// Zero and none while it is open.
  [[nodiscard]] std::error_code reason() const noexcept;
  [[nodiscard]] failure cause() const;

  /// Registers the call, or starts it if the node is closed.
  void add(std::shared_ptr<after_call> call);

  /// Takes the call out. False: it was not registered any more.
  bool remove(after_call& call) noexcept;

  /// Arms the timer, which has been given a reference, so that closing the node disarms it. Once.
  void arm_timer(timer_entry& timer);

 protected:
  ~cancel_node() = default;

 private:
  [[nodiscard]] cancel_node* above() const noexcept { return parent()->nearest(); }
  void leave_parent() noexcept;
  bool close_one(errc reason, const failure& cause);
  void hand_over_children(intrusive_list<cancel_node>& to) noexcept;
  void start_calls();

  const nanoseconds deadline_;  // the earliest of its own and those above; never: none
  canceller wakes_;             // the bounded waits, and whether and why it is closed
  word_lock lock_;
  bool open_ = true;                      // under lock_
  bool attached_ = false;                 // linked in children_ of above(); under the lock of that one
  intrusive_list<cancel_node> children_;  // under lock_
  intrusive_list<after_call> calls_;      // under lock_
  chan<unit> done_{nullptr};              // under lock_
  timer_entry* armed_ = nullptr;          // under lock_
  failure cause_;                         // written under lock_ by who closes it, before wakes_ says so
};

/// The node of with_cancel.
class plain_cancel_node final : public cancel_node {
 public:
  plain_cancel_node(context_node* parent, nanoseconds deadline) noexcept : cancel_node(kind, parent, deadline) {}

  static const context_type kind;
};

/// The node of with_deadline.
class deadline_node final : public cancel_node {
 public:
  /// `late` is the cause if the deadline is what ends it.
  deadline_node(context_node* parent, nanoseconds deadline, failure late) noexcept;

  /// Arms the timer. Once, after join_parent().
  void arm_it();

  /// Closes it because the deadline has passed.
  void pass() { close(errc::timed_out, late_); }

  static const context_type kind;

 private:
  timer_entry timer_;
  const failure late_;
};

/// The other nodes.
class fixed_node final : public context_node {
 public:
  using context_node::context_node;

  static const context_type without_cancel;
};

extern fixed_node background_node;
extern fixed_node todo_node;

}  // namespace weft::detail
