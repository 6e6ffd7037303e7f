// SPDX-License-Identifier: Apache-2.0
//
// The kinds of contexts and how they are made.
#include "weft/context.hpp"

#include <vector>

namespace weft {

namespace detail {

namespace {

template <class Node>
void destroy(context_node& self) noexcept {
  delete static_cast<Node*>(&self);
}

constexpr context_type background_kind = {"context.Background", nullptr, nullptr};
constexpr context_type todo_kind = {
    "context.TO"
    "DO",
    nullptr, nullptr};  // apart: the word marks unfinished work

}  // namespace

constexpr context_type plain_cancel_node::kind = {".WithCancel", destroy<plain_cancel_node>, nullptr};
constexpr context_type deadline_node::kind = {".WithDeadline", destroy<deadline_node>, nullptr};
constexpr context_type fixed_node::without_cancel = {".WithoutCancel", destroy<fixed_node>, nullptr};

constinit fixed_node background_node{background_kind, nullptr, nullptr};
constinit fixed_node todo_node{todo_kind, nullptr, nullptr};

}  // namespace detail

using detail::context_access;

std::string context::description() const {
  std::vector<const char*> names;
  for (const detail::context_node* n = &node(); n != nullptr; n = n->parent()) names.push_back(n->type().name);
  std::string all;
  while (!names.empty()) {
    all += names.back();
    names.pop_back();
  }
  return all;
}

void cancel_scope::end() const noexcept {
  if (context_.node_ != nullptr) cancel();
}

bool after_scope::stop() noexcept {
  const std::shared_ptr<detail::after_call> call = std::move(call_);
  if (call == nullptr) return false;
  detail::cancel_node* const node = context_access::nearest(of_);
  if (node != nullptr) return node->remove(*call);
  call->drop();
  return true;
}

context background() noexcept { return context_access::handle(&detail::background_node); }

context todo() noexcept { return context_access::handle(&detail::todo_node); }

cancel_scope with_cancel(context parent) {
  detail::context_node* const above = context_access::parent(parent);
  const detail::cancel_node* const nearest = above->nearest();
  auto* const made = new detail::plain_cancel_node(above, nearest == nullptr ? detail::never : nearest->deadline());
  context_access::adopted(parent);
  made->join_parent();
  return context_access::scope(made);
}

cancel_scope with_deadline(context parent, clock::time_point when, failure cause) {
  detail::context_node* const above = context_access::parent(parent);
  const detail::cancel_node* const nearest = above->nearest();
  const detail::nanoseconds deadline = when.time_since_epoch().count();
  if (deadline == detail::never || (nearest != nullptr && nearest->deadline() < deadline)) {
    return with_cancel(std::move(parent));
  }
  auto* const made = new detail::deadline_node(above, deadline, std::move(cause));
  context_access::adopted(parent);
  made->join_parent();
  if (deadline <= detail::now()) {
    made->pass();
  } else if (!made->wakes().cancelled()) {
    made->arm_it();
  }
  return context_access::scope(made);
}

context without_cancel(context parent) {
  detail::context_node* const above = context_access::parent(parent);
  auto* const made = new detail::fixed_node(detail::fixed_node::without_cancel, above, nullptr);
  context_access::adopted(parent);
  return context_access::handle(made);
}

}  // namespace weft
