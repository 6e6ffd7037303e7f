// SPDX-License-Identifier: Apache-2.0
//
// Contexts: what a call carries along that says how long its result is wanted, and for whom.
//
//     void serve(const weft::context& ctx, weft::receiver<request> requests) {
//       auto bounded = weft::with_timeout(ctx, 50ms);
//       weft::result<std::optional<request>> next = requests.recv(bounded);
//       if (!next) return;                       // next.error(): weft::errc::cancelled or timed_out
//       ...
//     }
//
// Contexts form a tree. background() is the root; with_cancel, with_deadline and with_timeout make a child that can end
// before its parent, with_value one that carries a value, without_cancel one that does not end with its parent. When a
// context ends, so do all below it. An end is for ever.
//
// A context is a handle, like a chan: copies name the same node and keep it alive. Pass it first, as `const context&`,
// to whatever may block or start something that does; capture a copy in goroutines. Every blocking operation of weft
// takes a context as its first argument, and then returns a result that can be errc::cancelled or errc::timed_out.
//
// A cancel_scope is what with_cancel and its kin return: a context that can be cancelled, and that ends with its scope,
// so that nothing is left behind (Go's `defer cancel()`). It can be moved, not copied, and stands wherever a context is
// asked for; a context made from it shares the node. But it is not a kind of context: nobody who is given one by
// reference can put another in its place, and so take from it what it must end. To make a child of a temporary scope
// does not compile: it would be cancelled already.
//
// Who may call what from where. Everything may be called from goroutines and from any other thread, at any time, at the
// same time; only the handle object itself is an ordinary variable. Nothing here blocks. A handle that was moved away
// panics when it is used; as a parent: "cannot create context from nil parent" (X5).
//
// Happens-before: what was done before cancel() is seen by whoever learns of the end, from done(), err(), cause(), a
// wait that was called off or a function given to after_func.
//
// There is no class to derive from: a context that computes its own end is a with_cancel and somebody who cancels it.
#pragma once

#include <chrono>
#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "weft/chan.hpp"
#include "weft/clock.hpp"
#include "weft/detail/bounded.hpp"
#include "weft/detail/callable.hpp"
#include "weft/detail/closure.hpp"
#include "weft/detail/context_node.hpp"
#include "weft/detail/site.hpp"
#include "weft/error.hpp"
#include "weft/failure.hpp"
#include "weft/unit.hpp"

namespace weft {

namespace detail {
struct context_access;
}

/// A type of keys for values (X5): it names the type of the value, and its objects can be compared, unless they are all
/// the same. So a key that is null or cannot be compared does not compile.
///
///     struct user { using value_type = std::string; };                       // the type is the key
///     struct header { using value_type = std::string;                        // each object is a key
///                     std::string name; bool operator==(const header&) const = default; };
template <class Key>
concept context_key = std::is_object_v<typename Key::value_type> &&
    (std::is_empty_v<Key> || std::equality_comparable<Key>);

class context {
 public:
  context(const context& other) noexcept : node_(other.node_) {
    if (node_ != nullptr) node_->retain();
  }
  context(context&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  context& operator=(context other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~context() {
    if (node_ != nullptr) detail::context_node::release(node_);
  }

  /// A channel that is closed when the context ends; null if it never does (X1). For select; the same one every time.
  [[nodiscard]] receiver<unit> done() const {
    detail::cancel_node* const n = nearest();
    return n == nullptr ? receiver<unit>() : n->done();
  }

  /// Zero until the context ends; then for ever errc::cancelled, or errc::timed_out if a deadline was what ended it.
  /// Not zero means that done() is closed, and the other way round (X8).
  [[nodiscard]] std::error_code err() const {
    const detail::cancel_node* const n = nearest();
    return n == nullptr ? std::error_code() : n->reason();
  }

  /// No failure until the context ends; then what the first cancel, of this context or of one above, gave as the cause,
  /// or else err() (X4).
  [[nodiscard]] failure cause() const {
    const detail::cancel_node* const n = nearest();
    return n == nullptr ? failure() : n->cause();
  }

  /// When it will end at the latest, if that is known: the earliest deadline up the tree (X3).
  [[nodiscard]] std::optional<clock::time_point> deadline() const {
    const detail::cancel_node* const n = nearest();
    if (n == nullptr || n->deadline() == detail::never) return std::nullopt;
    return clock::time_point(clock::duration(n->deadline()));
  }

  /// The value that the nearest with_value up the tree has for the key, or null (X5). It lives as long as a context
  /// below that with_value. Values are shared: what changes in them needs a lock of its own.
  template <context_key Key>
  requires(std::is_empty_v<Key>) [[nodiscard]] const typename Key::value_type* value() const {
    return static_cast<const typename Key::value_type*>(node().find(typeid(Key), nullptr));
  }
  template <context_key Key>
  [[nodiscard]] const typename Key::value_type* value(const Key& key) const {
    return static_cast<const typename Key::value_type*>(node().find(typeid(Key), std::addressof(key)));
  }

  /// How it was made, as in Go: "context.Background.WithCancel.WithValue". For logs.
  [[nodiscard]] std::string description() const;

  /// What bounds a blocking operation: see detail/bounded.hpp. The context must outlive the operation.
  operator detail::wait_limit() const noexcept {
    detail::cancel_node* const n = nearest();
    return {.by = n == nullptr ? nullptr : &n->wakes()};
  }

  /// Whether both name the same node.
  friend bool operator==(const context& a, const context& b) noexcept { return a.node_ == b.node_; }

 private:
  friend class cancel_scope;
  friend struct detail::context_access;
  explicit context(detail::context_node* adopted) noexcept : node_(adopted) {}

  /// Panics if the handle was moved away.
  [[nodiscard]] detail::context_node& node() const noexcept {
    if (node_ == nullptr) detail::panic("weft: use of a context that was moved away");
    return *node_;
  }
  [[nodiscard]] detail::cancel_node* nearest() const noexcept { return node().nearest(); }

  detail::context_node* node_;  // one reference is ours; null: moved away
};

/// A context that can be cancelled, and is when the scope ends. What it says of itself is what its context says.
class [[nodiscard]] cancel_scope {
 public:
  cancel_scope(cancel_scope&& other) noexcept = default;
  cancel_scope& operator=(cancel_scope&& other) noexcept {
    if (this != &other) {
      end();
      context_ = std::move(other.context_);
    }
    return *this;
  }
  ~cancel_scope() { end(); }

  /// Ends the context with errc::cancelled, and all below it with the same cause, before it returns. `cause` is what
  /// cause() will say; without one that is errc::cancelled. If the context has ended already, nothing changes (X2); if
  /// somebody else is just ending it, some below it may end a moment later. The scope may be gone when it returns: one
  /// whom it wakes may end it.
  void cancel(const failure& cause = {}) const { context_.nearest()->close(errc::cancelled, cause); }

  operator const context&() const& noexcept { return context_; }
  /// Not from a scope that is about to end. Keep the scope, then use it as a context.
  operator const context&() const&& = delete;
  operator detail::wait_limit() const noexcept { return context_; }

  [[nodiscard]] receiver<unit> done() const { return context_.done(); }
  [[nodiscard]] std::error_code err() const { return context_.err(); }
  [[nodiscard]] failure cause() const { return context_.cause(); }
  [[nodiscard]] std::optional<clock::time_point> deadline() const { return context_.deadline(); }
  template <context_key Key>
  requires(std::is_empty_v<Key>) [[nodiscard]] const typename Key::value_type* value() const {
    return context_.value<Key>();
  }
  template <context_key Key>
  [[nodiscard]] const typename Key::value_type* value(const Key& key) const {
    return context_.value(key);
  }
  [[nodiscard]] std::string description() const { return context_.description(); }

 private:
  friend struct detail::context_access;
  explicit cancel_scope(detail::cancel_node* adopted) noexcept : context_(adopted) {}
  void end() const noexcept;

  context context_;  // nearest() is its own node
};

/// What after_func returns: the right to call it off.
class [[nodiscard]] after_scope {
 public:
  after_scope(after_scope&& other) noexcept = default;
  after_scope& operator=(after_scope&& other) noexcept {
    if (this != &other) {
      stop();
      of_ = std::move(other.of_);
      call_ = std::move(other.call_);
    }
    return *this;
  }
  ~after_scope() { stop(); }

  /// True: this call has prevented the function from running, and destroyed it. False: it was started already, and may
  /// still be running, or it was stopped before. Does not wait.
  bool stop() noexcept;

  /// Leaves the registration to itself: the function will run when the context ends, whatever becomes of the scope.
  void detach() noexcept { call_.reset(); }

 private:
  friend struct detail::context_access;
  after_scope(context of, std::shared_ptr<detail::after_call> call) noexcept
      : of_(std::move(of)), call_(std::move(call)) {}

  context of_;
  std::shared_ptr<detail::after_call> call_;  // null: nothing to stop
};

/// The root: never ends, has no value and no deadline (X1). For main, for tests, for the start of a request.
[[nodiscard]] context background() noexcept;

/// The same, for where it is not yet clear which context to use.
[[nodiscard]] context todo() noexcept;

/// A child of `parent` that ends when it is cancelled or when the parent ends, whichever comes first. If the parent has
/// ended, it has ended too when the call returns (X2).
[[nodiscard]] cancel_scope with_cancel(context parent);

/// The same under the name that Go has for it: every scope can be cancelled with a cause.
[[nodiscard]] inline cancel_scope with_cancel_cause(context parent) { return with_cancel(std::move(parent)); }

/// A child that ends at `when` at the latest, with errc::timed_out and, if given, with that cause (X3). If the parent's
/// deadline is earlier, that one stands, and the cause is not used. A moment that has passed: it has ended when the
/// call returns. The end of the clock's range is no deadline.
[[nodiscard]] cancel_scope with_deadline(context parent, clock::time_point when, failure cause = {});

/// with_deadline, `d` from now. What is too long for the clock is no deadline.
template <class Rep, class Period>
[[nodiscard]] cancel_scope with_timeout(context parent, const std::chrono::duration<Rep, Period>& d,
                                        failure cause = {}) {
  const detail::nanoseconds when = detail::deadline_after(detail::saturated(d));
  return with_deadline(std::move(parent), clock::time_point(clock::duration(when)), std::move(cause));
}

/// A context with the values of `parent` that does not end with it: no done, no deadline, no cause (X6).
[[nodiscard]] context without_cancel(context parent);

namespace detail {

template <class Key>
class value_node final : public context_node {
 public:
  template <class K, class V>
  value_node(context_node* parent, K&& key, V&& value)
      : context_node(kind, parent, parent->nearest()), key_(std::forward<K>(key)), value_(std::forward<V>(value)) {}

  static const context_type kind;

 private:
  static void destroy(context_node& self) noexcept { delete static_cast<value_node*>(&self); }
  static const void* find(const context_node& base, const std::type_info& type, const void* key) {
    if (type != typeid(Key)) return nullptr;
    const auto& self = static_cast<const value_node&>(base);
    if constexpr (!std::is_empty_v<Key>) {
      if (!(self.key_ == *static_cast<const Key*>(key))) return nullptr;
    }
    return std::addressof(self.value_);
  }

  [[no_unique_address]] const Key key_;
  const typename Key::value_type value_;
};

template <class Key>
constexpr context_type value_node<Key>::kind = {".WithValue", destroy, find};

/// A function of after_func's.
template <class F>
class after_call_of final : public after_call {
 public:
  template <class G>
  after_call_of(G&& f, site where) : f_(std::forward<G>(f)), where_(where) {}

  void drop() noexcept override { f_.reset(); }

 private:
  void start(std::shared_ptr<after_call> self) override {
    detail::start(make_goroutine_for({where_, 0, nullptr, true}, [self = std::move(self), this]() mutable {
      struct at_end {
        std::optional<F>& f;
        ~at_end() { f.reset(); }
      } end{f_};
      static_cast<void>(std::invoke(*f_));
    }));
  }

  std::optional<F> f_;
  const site where_;
};

/// How the functions below and in other headers reach the node behind a handle.
struct context_access {
  /// The node under which a child is to be made. Panics if there is none.
  [[nodiscard]] static context_node* parent(const context& parent) noexcept {
    if (parent.node_ == nullptr) panic("cannot create context from nil parent");
    return parent.node_;
  }
  /// The child has been made: the parent's reference is now the child's.
  static void adopted(context& parent) noexcept { parent.node_ = nullptr; }
  [[nodiscard]] static context handle(context_node* adopted) noexcept { return context(adopted); }
  [[nodiscard]] static cancel_scope scope(cancel_node* adopted) noexcept { return cancel_scope(adopted); }
  [[nodiscard]] static cancel_node* nearest(const context& of) noexcept { return of.nearest(); }
  [[nodiscard]] static after_scope after(context of, std::shared_ptr<after_call> call) {
    if (cancel_node* const n = of.nearest()) n->add(call);
    return {std::move(of), std::move(call)};
  }
};

}  // namespace detail

/// A child that carries a value under a key: with_value<user>(ctx, "gopher"), or with_value(ctx, header{"accept"},
/// "*"). For what belongs to a request and passes through those who need not know of it, not for parameters. The value
/// goes with the last context below: its destructor may run anywhere, and must not block.
template <context_key Key, class V>
requires(std::constructible_from<typename Key::value_type, V&&>) [[nodiscard]] context
    with_value(context parent, Key key, V&& value) {
  detail::context_node* const above = detail::context_access::parent(parent);
  auto* const made = new detail::value_node<Key>(above, std::move(key), std::forward<V>(value));
  detail::context_access::adopted(parent);
  return detail::context_access::handle(made);
}
template <context_key Key, class V>
requires(std::is_empty_v<Key>&& std::constructible_from<typename Key::value_type, V&&>) [[nodiscard]] context
    with_value(context parent, V&& value) {
  return with_value(std::move(parent), Key(), std::forward<V>(value));
}

/// Calls f() in a goroutine of its own when `ctx` has ended, at once if it has (X7). Each call registers a function of
/// its own. The scope that is returned calls it off when it ends; it does not wait for a function that has begun, so
/// that must not refer to what may be gone by then. A context that never ends costs nothing.
///
/// Panics "after_func: null function". If the context ends after run() has returned and no other run has begun, f is
/// neither called nor destroyed. A registration outlives its run as contexts do: if the context ends in a later run, f
/// is called there. So what is left to itself must not refer to what was local to the run that made it (X7.6).
template <class F>
requires std::is_invocable_v < std::decay_t<F>
& > [[nodiscard]] after_scope after_func(context ctx, F&& f, detail::site where = detail::site::here()) {
  detail::require_callable<std::decay_t<F>>(f, "after_func: null function");
  auto call = std::make_shared<detail::after_call_of<std::decay_t<F>>>(std::forward<F>(f), where);
  return detail::context_access::after(std::move(ctx), std::move(call));
}

}  // namespace weft
