// SPDX-License-Identifier: Apache-2.0
//
// What each step does.
#include "model/checker.hpp"

namespace weft::model {

namespace {

[[nodiscard]] bool is_seq_cst(std::memory_order order) noexcept { return order == std::memory_order_seq_cst; }

[[nodiscard]] std::string text(std::memory_order order) {
  switch (order) {
    case std::memory_order_relaxed:
      return "relaxed";
    case std::memory_order_consume:
      return "consume";
    case std::memory_order_acquire:
      return "acquire";
    case std::memory_order_release:
      return "release";
    case std::memory_order_acq_rel:
      return "acq_rel";
    case std::memory_order_seq_cst:
      break;
  }
  return "seq_cst";
}

}  // namespace

location_id checker::create(std::uintptr_t address, word initial) { return memory_.create(address, initial, mind()); }

void checker::destroy(location_id id) {
  if (abandoned_) return;
  if (const char* wrong = memory_.destroy(id, mind())) fail(wrong + (": " + name_of(memory_.at(id).address)));
}

void checker::touch(location_id id) {
  if (const char* wrong = memory_.touch(id, mind())) fail(wrong + (": " + name_of(memory_.at(id).address)));
}

std::size_t checker::choose_store(const candidates& from) {
  if (from.count == 0) give_up();
  return from.index[search_.choose(from.count)];
}

/// A spin that ends in a pause goes on when the location has something newer than what the thread has just read.
void checker::remember_for_spin(location_id id) {
  thread& me = *running_;
  me.spun_on |= 1u << id;
  me.spun_at[id] = me.mind.knows.seen[id];
  for (const store_record& s : memory_.at(id).stores) {
    if (s.at == me.spun_at[id]) me.spun_value[id] = s.value;
  }
}

word checker::load(location_id id, std::memory_order order) {
  if (how.relax_loads) order = std::memory_order_relaxed;
  const operation what{kind::load, id, is_seq_cst(order)};
  step(what);
  touch(id);
  const std::size_t from =
      in_main() ? newest(id) : choose_store(memory_.readable(id, mind(), what.seq_cst, running_->seen_stores));
  const word value = memory_.read(id, from, mind(), order);
  remember_for_spin(id);
  if (tracing_) {
    note(name_of(memory_.at(id).address) + ".load(" + text(order) + ") = " + std::to_string(value) +
         source_of(id, from));
  }
  done(what, false);
  return value;
}

void checker::store(location_id id, word value, std::memory_order order) {
  if (how.relax_stores) order = std::memory_order_relaxed;
  const operation what{kind::store, id, is_seq_cst(order)};
  step(what);
  touch(id);
  const std::size_t after = in_main() ? newest(id) : choose_store(memory_.places(id, mind(), what.seq_cst));
  const std::string late = after == newest(id) ? "" : "   (not as the newest)";
  memory_.write(id, after, value, mind(), order, false, steps_);
  if (tracing_) {
    note(name_of(memory_.at(id).address) + ".store(" + std::to_string(value) + ", " + text(order) + ")" + late);
  }
  done(what, true);
}

word checker::update(location_id id, modify change, word operand, std::memory_order order) {
  if (how.relax_updates) order = std::memory_order_relaxed;
  const operation what{kind::update, id, is_seq_cst(order)};
  step(what);
  touch(id);
  const std::size_t from = in_main() ? newest(id) : choose_store(memory_.places(id, mind(), what.seq_cst));
  const word old = memory_.read(id, from, mind(), order);
  const std::string source = tracing_ ? source_of(id, from) : "";
  const word value = change(old, operand);
  memory_.write(id, from, value, mind(), order, true, steps_);
  remember_for_spin(id);
  if (tracing_) {
    note(name_of(memory_.at(id).address) + " = " + std::to_string(value) + " by an update(" + text(order) + "), was " +
         std::to_string(old) + source);
  }
  done(what, true);
  return old;
}

bool checker::compare_exchange(location_id id, word& expected, word desired, std::memory_order success,
                               std::memory_order failure, bool weak) {
  if (how.relax_updates) success = failure = std::memory_order_relaxed;
  const operation what{kind::compare_exchange, id, is_seq_cst(success) || is_seq_cst(failure)};
  step(what);
  touch(id);
  // First the stores that it may replace, then those that may make it fail; a weak one may also fail without a reason.
  const auto& stores = memory_.at(id).stores;
  candidates possible;
  for (candidates c = memory_.places(id, mind(), is_seq_cst(success)); c.count-- > 0;) {
    if (stores[c.index[c.count]].value == expected) possible.add(c.index[c.count]);
  }
  const unsigned successes = possible.count;
  const bool may_fail = weak && spurious_left_ != 0 && successes != 0;
  const candidates seen = memory_.readable(id, mind(), is_seq_cst(failure), 0);
  for (unsigned i = 0; i < seen.count; ++i) {
    if (stores[seen.index[i]].value != expected || (may_fail && i == 0)) possible.add(seen.index[i]);
  }
  const unsigned chosen = in_main() ? 0 : search_.choose(possible.count);
  const std::size_t from = possible.index[chosen];
  const bool exchanged = chosen < successes;
  if (!exchanged && stores[from].value == expected) --spurious_left_;
  const word old = memory_.read(id, from, mind(), exchanged ? success : failure);
  const std::string source = tracing_ ? source_of(id, from) : "";
  if (exchanged) memory_.write(id, from, desired, mind(), success, true, steps_);
  remember_for_spin(id);
  if (tracing_) {
    note(name_of(memory_.at(id).address) + ".compare_exchange(" + std::to_string(expected) + " -> " +
         std::to_string(desired) + ", " + text(exchanged ? success : failure) + ") " +
         (exchanged ? "done" : "failed, read " + std::to_string(old)) + source);
  }
  expected = old;
  done(what, exchanged);
  return exchanged;
}

void checker::pause() {
  if (in_main()) return;
  thread& me = *running_;
  me.state = status::spinning;
  me.spun_writes = writes_;
  const operation what{kind::pause, 0, false};
  step(what);
  me.state = status::ready;
  location_id news[max_locations];
  unsigned count = 0;
  for (location_id id = 0; id < memory_.size(); ++id) {
    if (has_news(me, id)) news[count++] = id;
  }
  if (has_news(me))
    me.idle_rounds = 0;
  else if (spurious_left_ != 0)
    --spurious_left_;
  else
    ++me.idle_rounds;
  if (count != 0) {
    const location_id id = news[search_.choose(count)];
    for (const store_record& s : memory_.at(id).stores) {
      if (s.at <= me.spun_at[id] || s.value == me.spun_value[id]) continue;
      me.mind.must_see[id] = s.at;
      break;
    }
  }
  me.spun_on = 0;
  if (tracing_) note("goes on after a pause");
  done(what, false);
}

void checker::full_fence() {
  const operation what{kind::heavy_fence, 0, true};
  step(what);
  memory_.fence(mind());
  if (tracing_) note("full fence");
  done(what, false);
}

void checker::heavy_fence() {
  thread* others[max_threads];
  unsigned count = 0;
  for (unsigned i = 1; i < count_; ++i) {
    if (&threads_[i] != running_ && threads_[i].state != status::ended) others[count++] = &threads_[i];
  }
  const operation what{kind::heavy_fence, 0, true};
  if (count == 0) {
    step(what);
    end_heavy_fence();
    if (tracing_) note("heavy fence");
    return done(what, false);
  }
  for (bool first = true; count != 0; first = false) {
    step(what);
    if (first) memory_.fence(mind());
    const unsigned chosen = search_.choose(count);
    memory_.fence(others[chosen]->mind);
    if (tracing_) note("heavy fence reaches " + std::string(others[chosen]->name));
    others[chosen] = others[--count];
    if (count == 0) end_heavy_fence();
    done(what, false);
  }
}

/// A thread that has ended is only known by what it did: as late as possible, which constrains least.
void checker::end_heavy_fence() {
  for (unsigned i = 1; i < count_; ++i) {
    if (threads_[i].state == status::ended) memory_.fence(threads_[i].mind);
  }
  memory_.fence(mind());
}

bool checker::futex_wait(location_id id, std::uint32_t expected, bool timed) {
  const operation what{kind::futex_wait, id, false};
  step(what);
  touch(id);
  thread& me = *running_;
  memory_.fence(me.mind);
  const std::size_t from = choose_store(memory_.readable(id, me.mind, false, 0));
  const word value = memory_.read(id, from, me.mind, std::memory_order_relaxed);
  const bool sleeps = value == expected;
  if (tracing_) {
    note("futex_wait(" + name_of(memory_.at(id).address) + ", " + std::to_string(expected) + ") " +
         (sleeps ? "sleeps" : "finds " + std::to_string(value)) + source_of(id, from));
  }
  done(what, false);
  if (!sleeps) return false;
  me.state = status::asleep;
  me.timed = timed;
  step({kind::resume, id, false});
  const bool woken = me.state == status::ready;
  if (!woken && !timed) --spurious_left_;
  me.state = status::ready;
  if (tracing_) note(woken ? "is awake" : timed ? "wakes: time is up" : "wakes for no reason");
  done({kind::resume, id, false}, false);
  return woken || !timed;
}

unsigned checker::futex_wake(location_id id, unsigned most) {
  const operation what{kind::futex_wake, id, false};
  step(what);
  memory_.fence(mind());
  std::string names;
  unsigned woken = 0;
  while (woken < most) {
    thread* sleepers[max_threads];
    unsigned count = 0;
    for (unsigned i = 1; i < count_; ++i) {
      if (threads_[i].state == status::asleep && threads_[i].next.where == id) sleepers[count++] = &threads_[i];
    }
    if (count == 0) break;
    thread& sleeper = *sleepers[search_.choose(count)];
    sleeper.state = status::ready;
    ++woken;
    if (tracing_) names += std::string(" ") + sleeper.name;
  }
  if (tracing_) note("futex_wake(" + name_of(memory_.at(id).address) + ") wakes" + (woken != 0 ? names : " nobody"));
  done(what, false);
  return woken;
}

void checker::note_read(access_record& record, std::uintptr_t address) {
  actor& me = mind();
  if (me.knows.clock[record.writer] < record.written && !abandoned_) {
    fail("data race: " + name_of(address) + " is read, but its write by " + threads_[record.writer].name +
         " does not happen before");
  }
  record.read[me.number] = me.knows.clock[me.number];
  if (tracing_) note(name_of(address) + " is read");
}

void checker::note_write(access_record& record, std::uintptr_t address) {
  actor& me = mind();
  for (unsigned i = 0; i < count_ && !abandoned_; ++i) {
    const bool after_write = i != record.writer || record.written <= me.knows.clock[i];
    if (after_write && record.read[i] <= me.knows.clock[i]) continue;
    fail("data race: " + name_of(address) + " is written, but its " + (after_write ? "read" : "write") + " by " +
         threads_[i].name + " does not happen before");
  }
  record.writer = me.number;
  record.written = me.knows.clock[me.number];
  if (tracing_) note(name_of(address) + " is written");
}

}  // namespace weft::model
