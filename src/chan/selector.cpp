// SPDX-License-Identifier: Apache-2.0
//
// wait() describes all cases anew, because the values offered and the slots to receive into are fresh each time, and
// then is a select like any other. The room it needs is kept in the selector: no allocation from the second call on.
#include "weft/selector.hpp"

#include "weft/detail/panic.hpp"

namespace weft {

using namespace detail;

std::size_t selector::wait() {
  described_.clear();
  for (const auto& c : cases_) described_.push_back(c->describe());
  nodes_.resize(cases_.size());
  channels_.resize(cases_.size());

  const bool may_block = default_ == no_case;
  std::size_t chosen = no_case;
  if (!choose_at_a_look(described_, may_block, chosen)) {
    chosen = choose_locked(described_, {nodes_.data(), channels_.data()}, may_block);
  }
  if (chosen == no_case) chosen = default_;
  cases_[chosen]->handle();
  return chosen;
}

void selector::clear() noexcept {
  cases_.clear();
  default_ = no_case;
}

void selector::add(std::unique_ptr<dynamic_case> added) {
  if (cases_.size() == most_cases) panic("weft: a selector has at most 65536 cases");
  cases_.push_back(std::move(added));
}

}  // namespace weft
