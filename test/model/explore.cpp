// SPDX-License-Identifier: Apache-2.0
//
// The loop over all executions, their traces, and the functions of model.hpp.
#include <chrono>
#include <cinttypes>
#include <cstdio>

#include "model/checker.hpp"

namespace weft::model {

checker* active = nullptr;

checker::checker(const options& options) : how(options) {
  memory_.any_modification_order = how.any_modification_order;
  memory_.stale_reads = how.stale_reads;
  // Sleep sets argue that a step could have come earlier; under a bound it might then have been out of reach.
  sleep_sets_ = how.preemptions < 0 && how.spurious == 0;
  for (unsigned i = 1; i < max_threads; ++i) threads_[i].stack.prepare(thread_main, &threads_[i]);
  active = this;
}

checker::~checker() { active = nullptr; }

void checker::run_once(const std::function<void(program&)>& execution) {
  search_.begin();
  memory_.clear();
  count_ = 1;
  running_ = threads_.data();
  running_->mind = actor{};
  running_->mind.knows.clock[0] = 1;
  abandoned_ = false;
  preemptions_ = 0;
  steps_ = 0;
  spurious_left_ = how.spurious;
  writes_ = 0;
  failure_.clear();
  trace_.clear();
  names_.clear();
  program p;
  execution(p);
  total.steps += steps_;
  if (abandoned_ && failure_.empty())
    ++total.redundant;
  else
    ++total.executions;
}

void checker::name_range(const void* begin, std::size_t size, const char* text) {
  const auto from = reinterpret_cast<std::uintptr_t>(begin);
  names_.push_back({from, from + size, text});
}

std::string checker::name_of(std::uintptr_t at) const {
  const named_range* best = nullptr;
  for (const named_range& n : names_) {
    if (at >= n.begin && at < n.end && (best == nullptr || n.end - n.begin < best->end - best->begin)) best = &n;
  }
  if (best == nullptr) return "unnamed";
  return at == best->begin ? best->text : best->text + ("+" + std::to_string(at - best->begin));
}

std::string checker::source_of(location_id id, std::size_t index) {
  const auto& stores = memory_.at(id).stores;
  const auto origin = [](const store_record& s) {
    return s.step == 0 ? std::string("from the beginning") : "from step " + std::to_string(s.step);
  };
  std::string text = "   (" + origin(stores[index]);
  if (index + 1 != stores.size())
    text += "; newest is " + std::to_string(stores.back().value) + " " + origin(stores.back());
  return text + ")";
}

void checker::note(const std::string& text) {
  char head[64];
  std::snprintf(head, sizeof head, "%6u  %-10s ", steps_, running_->name);
  trace_ += head + text + "\n";
}

namespace {

result run_again(const options& how, const std::string& choices, const std::function<void(program&)>& execution) {
  checker c(how);
  c.replay(choices);
  c.run_once(execution);
  c.total.failure = c.failure();
  c.total.trace = c.trace();
  c.total.choices = choices;
  return c.total;
}

}  // namespace

result explore(const options& how, const std::function<void(program&)>& execution) {
  const auto begin = std::chrono::steady_clock::now();
  result total;
  {
    checker c(how);
    bool more = true;
    do {
      c.run_once(execution);
      c.total.failure = c.failure();
      c.total.choices = c.choices();
      if (!c.total.failure.empty()) break;
      if (how.executions != 0 && c.total.executions + c.total.redundant == how.executions) break;
      more = c.next();
    } while (more);
    c.total.exhaustive = !more;
    total = c.total;
  }
  total.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (!total.failure.empty()) {
    const result again = run_again(how, total.choices, execution);
    total.failure = again.failure;  // with names
    total.trace = again.trace;
  }
  return total;
}

result replay(const options& how, const std::string& choices, const std::function<void(program&)>& execution) {
  return run_again(how, choices, execution);
}

void program::thread(const char* name, std::function<void()> body) { active->add_thread(name, std::move(body), false); }
void program::sleeper(const char* name, std::function<void()> body) { active->add_thread(name, std::move(body), true); }
void program::run() { active->run_threads(); }
void program::name_range(const void* begin, std::size_t size, const char* text) {
  if (active->tracing()) active->name_range(begin, size, text);
}
void program::outcome_text(const std::string& text) {
  if (!active->abandoned()) active->total.outcomes.insert(text);
}

void check(bool holds, const char* sentence) {
  if (!holds) active->fail(std::string("does not hold: ") + sentence);
}

void light_fence() {
  if (active->how.symmetric_fences) active->full_fence();
}
void heavy_fence() {
  if (active->how.no_heavy_fence) return;
  if (active->how.symmetric_fences)
    active->full_fence();
  else
    active->heavy_fence();
}
bool futex_wait(location_id id, std::uint32_t expected, bool timed) { return active->futex_wait(id, expected, timed); }
unsigned futex_wake(location_id id, unsigned most) { return active->futex_wake(id, most); }

location_id create_location(std::uintptr_t address, word initial) { return active->create(address, initial); }
void destroy_location(location_id id) { active->destroy(id); }
word load(location_id id, std::memory_order order) { return active->load(id, order); }
void store(location_id id, word value, std::memory_order order) { active->store(id, value, order); }
word update(location_id id, modify change, word operand, std::memory_order order) {
  return active->update(id, change, operand, order);
}
bool compare_exchange(location_id id, word& expected, word desired, std::memory_order success,
                      std::memory_order failure, bool weak) {
  return active->compare_exchange(id, expected, desired, success, failure, weak);
}
void pause() { active->pause(); }
void note_read(access_record& record, std::uintptr_t address) { active->note_read(record, address); }
void note_write(access_record& record, std::uintptr_t address) { active->note_write(record, address); }

}  // namespace weft::model
