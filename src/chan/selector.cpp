// SPDX-License-Identifier: Apache-2.0
//
// wait() describes all cases anew, because the values offered and the slots to receive into are fresh each time, and
// then is a select like any other. Afterwards, before any handler runs, the cases drop what they have offered in vain.
// The room it needs is kept in the selector: no allocation from the second call on.
#include "weft/selector.hpp"

#include <utility>

#include "weft/detail/panic.hpp"

namespace weft {

using namespace detail;

selector::selector(selector&& other) noexcept
    : cases_(std::exchange(other.cases_, {})),
      default_(std::exchange(other.default_, no_case)),
      described_(std::move(other.described_)),
      nodes_(std::move(other.nodes_)),
      channels_(std::move(other.channels_)) {}

selector& selector::operator=(selector&& other) noexcept {
  selector taken(std::move(other));
  cases_.swap(taken.cases_);
  std::swap(default_, taken.default_);
  return *this;
}

void selector::describe_all() {
  described_.clear();
  for (const auto& c : cases_) described_.push_back(c->describe());
  nodes_.resize(cases_.size());
  channels_.resize(cases_.size());
}

/// no_case: it was given up, and no handler runs.
void selector::finish(std::size_t chosen) {
  for (std::size_t i = 0; i < cases_.size(); ++i) cases_[i]->settle(i == chosen);
  if (chosen != no_case) cases_[chosen]->handle();
}

std::size_t selector::wait() {
  describe_all();
  const bool may_block = default_ == no_case;
  std::size_t chosen = no_case;
  if (!choose_at_a_look(described_, may_block, chosen)) {
    chosen = choose_locked(described_, {nodes_.data(), channels_.data()}, may_block);
  }
  if (chosen == no_case) chosen = default_;
  finish(chosen);
  return chosen;
}

result<std::size_t> selector::wait(const wait_limit& limit) {
  if (default_ != no_case) panic("weft: a selector with otherwise never waits, so there is nothing to limit");
  if (limit.called_off()) return error_of(wait_end::cancelled, limit);
  describe_all();
  std::size_t chosen = no_case;
  wait_end end = wait_end::completed;
  if (!choose_at_a_look(described_, true, chosen)) {
    end = choose_locked(described_, {nodes_.data(), channels_.data()}, limit, chosen);
  }
  finish(chosen);
  if (end != wait_end::completed) return error_of(end, limit);
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
