// SPDX-License-Identifier: Apache-2.0
//
// Whose turn it is.
#include "model/checker.hpp"

namespace weft::model {

namespace {

[[nodiscard]] bool is_futex(const operation& o) noexcept {
  return o.what == kind::futex_wait || o.what == kind::futex_wake || o.what == kind::resume;
}

[[nodiscard]] bool writes(const operation& o) noexcept {
  return o.what == kind::store || o.what == kind::update || o.what == kind::compare_exchange;
}

/// Whether the order of a step that was taken and one that was looked at before, but not taken, matters. A pending load
/// that reads an old store commutes with a later store: seen_stores excludes just that. A pending store commutes with
/// a load, which in any case could not read it. Seq_cst steps on one location do not commute, for both raise its bar.
[[nodiscard]] bool conflicts(const operation& taken, bool wrote, const operation& pending) noexcept {
  if (taken.what == kind::pause || taken.what == kind::resume) return false;
  if (taken.what == kind::heavy_fence || pending.what == kind::heavy_fence) return true;
  if (pending.what == kind::pause) return wrote;
  const bool ordered = (taken.seq_cst || is_futex(taken)) && (pending.seq_cst || is_futex(pending));
  if (is_futex(taken) || is_futex(pending)) return ordered || taken.where == pending.where;
  if (taken.where != pending.where) return false;
  return ordered || (wrote && writes(pending));
}

}  // namespace

void checker::add_thread(const char* name, std::function<void()> body, bool may_stay_asleep) {
  if (count_ == max_threads) return fail("a program has at most five threads");
  thread& t = threads_[count_];
  t.name = name;
  t.body = std::move(body);
  t.may_stay_asleep = may_stay_asleep;
  t.mind = actor{};
  t.mind.number = count_++;
  t.mind.knows = mind().knows;
  t.mind.tick();
  t.state = status::ready;
  t.seen_stores = 0;
  t.idle_rounds = 0;
  t.spun_on = 0;
}

void checker::thread_main(void* self) {
  auto& t = *static_cast<thread*>(self);
  t.body();
  t.state = status::ended;
  active->hand_over(t);
}

void checker::run_threads() {
  thread& main = threads_.front();
  main.mind.tick();
  starting_ = true;
  for (unsigned i = 1; i < count_ && !abandoned_; ++i) {
    threads_[i].mind.knows.join(main.mind.knows);
    threads_[i].stack.restart();
    running_ = &threads_[i];
    fiber::switch_to(main.stack, threads_[i].stack);
  }
  starting_ = false;
  if (!abandoned_) {
    if (thread* first = pick(main)) {
      running_ = first;
      fiber::switch_to(main.stack, first->stack);
    }
  }
  running_ = &main;
  for (unsigned i = 1; i < count_; ++i) main.mind.knows.join(threads_[i].mind.knows);
}

/// Continues whoever is picked; returns when it is `from`'s turn again.
void checker::hand_over(thread& from) {
  thread* to = starting_ ? nullptr : pick(from);
  if (to == nullptr) to = threads_.data();
  if (to == &from) return;
  running_ = to;
  fiber::switch_to(from.stack, to->stack);
}

void checker::leave() {
  thread& from = *running_;
  running_ = threads_.data();
  fiber::switch_to(from.stack, running_->stack);
  __builtin_unreachable();
}

void checker::fail(const std::string& why) {
  if (!abandoned_) {
    failure_ = why;
    abandoned_ = true;
  }
  if (!in_main()) leave();
}

/// Ends an execution that would only repeat what was seen.
void checker::give_up() {
  abandoned_ = true;
  leave();
}

bool checker::has_news(const thread& t, location_id id) const noexcept {
  if ((t.spun_on >> id & 1) == 0) return false;
  const auto& stores = const_cast<checker*>(this)->memory_.at(id).stores;
  for (std::size_t i = stores.size(); i-- > 0 && stores[i].at > t.spun_at[id];) {
    if (stores[i].value != t.spun_value[id]) return true;
  }
  return false;
}

bool checker::has_news(const thread& t) const noexcept {
  if (t.spun_on == 0) return writes_ != t.spun_writes;
  for (location_id id = 0; id < memory_.size(); ++id) {
    if (has_news(t, id)) return true;
  }
  return false;
}

bool checker::can_run(const thread& t) const noexcept {
  switch (t.state) {
    case status::ready:
      return true;
    case status::spinning:
      return has_news(t);
    case status::asleep:
      return t.timed || spurious_left_ != 0;
    case status::ended:
      break;
  }
  return false;
}

bool checker::looked_at(const thread& t) noexcept {
  if (t.seen_stores == 0 || t.seen_stores == all_stores) return t.seen_stores != 0;
  return t.seen_stores >= memory_.at(t.next.where).stores.size();
}

void checker::note_looked_at(thread& t) noexcept {
  const bool loads = t.next.what == kind::load && t.state == status::ready;
  t.seen_stores = loads ? static_cast<std::uint32_t>(memory_.at(t.next.where).stores.size()) : all_stores;
}

/// Who takes the next step; null when the execution is over. `from` is who ran last.
thread* checker::pick(thread& from) {
  std::array<thread*, max_threads> able{};
  unsigned count = 0, possible = 0;
  const auto consider = [&](thread& t) {
    ++possible;
    if (!looked_at(t)) able[count++] = &t;
  };
  if (&from != threads_.data() && can_run(from)) consider(from);
  for (unsigned i = 1; i < count_; ++i) {
    if (&threads_[i] != &from && can_run(threads_[i])) consider(threads_[i]);
  }
  if (possible == 0) {
    for (unsigned i = 1; i < count_; ++i) {
      if (threads_[i].state == status::spinning && threads_[i].idle_rounds < how.idle_rounds) consider(threads_[i]);
    }
  }
  if (possible == 0) {
    end_or_deadlock();
    return nullptr;
  }
  if (count == 0) {
    abandoned_ = true;
    return nullptr;
  }
  return choose_among(from, able, count);
}

thread* checker::choose_among(thread& from, std::array<thread*, max_threads>& able, unsigned count) {
  const bool preempts = able[0] == &from && from.state == status::ready;
  if (preempts && preemptions_ == how.preemptions) count = 1;
  const unsigned chosen = search_.choose(count);
  if (preempts && chosen != 0) ++preemptions_;
  if (sleep_sets_) {
    for (unsigned i = 0; i < chosen; ++i) note_looked_at(*able[i]);
  }
  return able[chosen];
}

void checker::end_or_deadlock() {
  std::string who;
  for (unsigned i = 1; i < count_; ++i) {
    const thread& t = threads_[i];
    if (t.state == status::ended || (t.state == status::asleep && t.may_stay_asleep)) continue;
    who += (who.empty() ? "" : ", ") + std::string(t.name) + (t.state == status::asleep ? " sleeps" : " spins");
  }
  if (who.empty()) return;
  failure_ = "deadlock: " + who + " for ever";
  abandoned_ = true;
}

/// Waits for the thread's turn to take the step.
void checker::step(operation next) {
  if (in_main()) return;
  thread& me = *running_;
  me.next = next;
  hand_over(me);
  if (++steps_ > how.longest) fail("livelock: the execution does not end");
}

/// What everybody must know after a step of the running thread.
void checker::done(operation what, bool wrote) {
  thread& me = *running_;
  me.seen_stores = 0;
  me.mind.tick();
  if (wrote) ++writes_;
  for (unsigned i = 1; i < count_; ++i) {
    thread& other = threads_[i];
    if (&other != &me && other.seen_stores != 0 && conflicts(what, wrote, other.next)) other.seen_stores = 0;
  }
}

}  // namespace weft::model
