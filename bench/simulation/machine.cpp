// SPDX-License-Identifier: Apache-2.0
#include "machine.hpp"

namespace simulation {

nanoseconds machine::run() {
  for (const task& t : arrivals_) at(t.due, none);
  while (!events_.empty()) {
    const event e = events_.top();
    events_.pop();
    now_ = e.time;
    if (e.core == none) {
      global_.push_back(arrivals_.front());
      arrivals_.pop_front();
      wake_if_wanted(1, how_.publish_while);
      continue;
    }
    if (const nanoseconds spent = step(e.core); spent >= 0) at(now_ + spent, e.core);
  }
  return ended_;
}

std::uint32_t machine::below(std::uint32_t n) {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return static_cast<std::uint32_t>(random_ >> 33) % n;
}

bool machine::work_visible() const {
  return !global_.empty() || std::any_of(cores_.begin(), cores_.end(), [](const core& c) { return !c.ring.empty(); });
}

/// What the waker spends.
nanoseconds machine::wake_if_wanted(unsigned how_many, unsigned while_fewer) {
  nanoseconds spent = 0;
  for (; how_many > 0 && !sleeping_.empty() && searching_ < while_fewer; --how_many) {
    const unsigned i = sleeping_.back();
    sleeping_.pop_back();
    core& woken = cores_[i];
    woken.asleep = false;
    woken.searching = true;
    woken.round = 0;
    ++searching_;
    spent += cost_.waker;
    at(now_ + spent + cost_.wake, i);
  }
  return spent;
}

nanoseconds machine::push(core& c, const task& t) {
  nanoseconds spent = cost_.start;
  if (c.ring.size() == ring_size) {
    for (std::size_t n = ring_size / 2; n > 0; --n) {
      global_.push_back(c.ring.front());
      c.ring.pop_front();
    }
    global_free_at_ = std::max(global_free_at_, now_) + cost_.global;
    spent += global_free_at_ - now_;
  }
  c.ring.push_back(t);
  if (c.ring.size() > 1) spent += wake_if_wanted(1, how_.publish_while);
  return spent;
}

nanoseconds machine::take_global(core& c) {
  if (global_.empty()) return 0;
  global_free_at_ = std::max(global_free_at_, now_) + cost_.global;
  std::size_t share = std::min<std::size_t>({global_.size() / cores_.size() + 1, 128, ring_size - c.ring.size()});
  for (; share > 0; --share) {
    c.ring.push_back(global_.front());
    global_.pop_front();
  }
  return global_free_at_ - now_;
}

/// What a core does next, and how long that takes; negative: it sleeps.
nanoseconds machine::step(unsigned i) {
  core& c = cores_[i];
  c.asleep = false;
  if (c.busy) return run_task(c);
  if (!c.ring.empty()) {
    take_first(c);
    return cost_.next;
  }
  return find(i);
}

nanoseconds machine::run_task(core& c) {
  task& t = c.current;
  if (t.children > 0) {
    nanoseconds spent = 0;
    for (std::int64_t n = std::min(t.children, starts_at_once); n > 0; --n, --t.children) {
      task child{leaf_, 0, 0, now_ + spent};
      if (t.depth > 1) child = {leaf_, 2, t.depth - 1, now_ + spent};
      spent += push(c, child);
    }
    return spent;
  }
  if (t.length > 0) {
    const nanoseconds spent = t.length;
    t.length = 0;
    return spent;
  }
  c.busy = false;
  ++done_;
  ended_ = now_;
  return 0;
}

void machine::take_first(core& c) {
  c.current = c.ring.front();
  c.ring.pop_front();
  c.busy = true;
  delays_.push_back(now_ - c.current.due);
}

/// Nothing of its own: the global queue, then the others.
nanoseconds machine::find(unsigned i) {
  core& c = cores_[i];
  if (const nanoseconds spent = take_global(c); spent > 0) return spent + found(c);
  if (!c.searching) {
    const unsigned awake = static_cast<unsigned>(cores_.size() - sleeping_.size());
    if (!how_.any_may_search && 2 * searching_ >= awake) {
      lie_down(i);
      return -1;
    }
    c.searching = true;
    c.round = 0;
    ++searching_;
  }
  return search_round(i);
}

nanoseconds machine::search_round(unsigned i) {
  core& c = cores_[i];
  nanoseconds spent = 0;
  const auto n = static_cast<std::uint32_t>(cores_.size());
  for (std::uint32_t k = 0, victim = below(n); k < n; ++k, victim = victim + 1 == n ? 0 : victim + 1) {
    core& v = cores_[victim];
    spent += cost_.look;
    if (victim == i || v.ring.empty()) continue;
    v.free_at = std::max(v.free_at, now_ + spent) + cost_.steal;
    spent = v.free_at - now_;
    std::size_t loot = how_.one_by_one ? 1 : (v.ring.size() + 1) / 2;
    for (; loot > 0; --loot) {
      c.ring.push_back(v.ring.front());
      v.ring.pop_front();
    }
    return spent + found(c);
  }
  if (++c.round < rounds) return spent + cost_.pause;
  lie_down(i);
  return -1;
}

/// The core has something to run. A search that has come to something is handed on. Returns what that takes.
nanoseconds machine::found(core& c) {
  take_first(c);  // nobody steals that
  if (!c.searching) return 0;
  c.searching = false;
  --searching_;
  if (sleeping_.empty()) return 0;
  const auto busy = static_cast<nanoseconds>(cores_.size() - sleeping_.size());
  const nanoseconds fence = cost_.fence + cost_.fence_each * busy;
  return fence + (work_visible() ? wake_if_wanted(how_.wakes_on, how_.hand_on_while) : 0);
}

/// Announces itself, looks once more, and sleeps if there is nothing.
void machine::lie_down(unsigned i) {
  core& c = cores_[i];
  if (c.searching) --searching_;
  c.searching = false;
  const auto busy = static_cast<nanoseconds>(cores_.size() - sleeping_.size());
  if (work_visible()) {
    c.searching = true;
    c.round = 0;
    ++searching_;
    at(now_ + cost_.fence + cost_.fence_each * busy, i);
    return;
  }
  c.asleep = true;
  sleeping_.push_back(i);
}

}  // namespace simulation
