// SPDX-License-Identifier: Apache-2.0
//
// What is left out of the memory to which pointers lead, because it changes whatever the program does: records of
// goroutines, what engines keep for workers and tokens, and rings of events.
//
// Memory ordering: a goroutine's number is read relaxed, by itself.
#include "park/seen_words.hpp"

#include <algorithm>
#include <cstring>

#include "os/copy_memory.hpp"
#include "os/pages.hpp"
#include "os/ticks.hpp"
#include "park/quiet.hpp"
#include "park/recorder.hpp"
#include "park/registry.hpp"
#include "weft/detail/simulated.hpp"

namespace weft::detail {

namespace {

/// A moment that somebody may be waiting for: within ten minutes. Two small numbers in one word are none; and virtual
/// moments, which begin at one second and are like any number, are whole microseconds.
bool lies_ahead(std::uint64_t value, std::uint64_t time) noexcept {
  constexpr std::uint64_t far_ahead = 600ull * 1'000'000'000;
  return value > time && value <= time + far_ahead && (value & 0xffffffff) >= 65536 &&
         (!simulated() || value % 1000 == 0);
}

std::uint64_t mixed(std::uint64_t place, std::uint64_t value) noexcept {
  std::uint64_t x = place * 0x9e3779b97f4a7c15 ^ (value + 0x632be59bd9b4e019) * 0xd6e8feb86659fd93;
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93;
  x ^= x >> 32;
  return x != 0 ? x : 1;
}

/// Variables of weft's own, whose names begin with their namespace, and guards of static ones.
bool is_of_program(const char* name) noexcept {
  for (const char* own : {"_ZN4weft", "_ZNK4weft", "_ZZN4weft", "_ZZNK4weft", "_ZGV", "_ZTV", "_ZTI", "_ZTS"}) {
    const char* at = name;
    while (*own != '\0' && *own == *at) ++own, ++at;
    if (*own == '\0') return false;
  }
  return true;
}

}  // namespace

bool seen_words::open() noexcept {
  if (mine_ == nullptr) mine_ = static_cast<memory*>(map_zeros(sizeof(memory)));
  if (mine_ == nullptr) return false;
  constant_count_ = std::min(constant_parts(mine_->constants, most_constants), most_constants);
  if (variable_count_ == 0) variable_count_ = own_variables(mine_->variables, most_variables, is_of_program);
  if (variable_count_ > most_variables) return false;
  std::sort(mine_->variables, mine_->variables + variable_count_,
            [](const variable& a, const variable& b) { return a.address < b.address; });
  return true;
}

void seen_words::begin(std::uint64_t time, std::uint64_t window) noexcept {
  std::fill(mine_->prints, mine_->prints + places, 0);
  kept_ = 0;
  changed_count_ = 0;
  began_ = time;
  window_ = window;
  first_tick_ = read_ticks();
}

void seen_words::meet(std::uint64_t place, std::uintptr_t value) {
  const bool moment = value + window_ >= began_ && value <= time_ + window_;
  if (moment || (value >= first_tick_ && value <= tick_)) return;
  if (lies_ahead(value, time_)) so_far_ = answer::too_much;
  const std::uint64_t print = mixed(place, value);
  std::size_t at = print % places;
  while (mine_->prints[at] != 0) {
    if (mine_->prints[at] == print) {
      settle(place);
      return;
    }
    at = (at + 1) % places;
  }
  if (!learn_) {
    change(place);
    return;
  }
  if (kept_ > places / 2) {
    so_far_ = answer::too_much;
    return;
  }
  mine_->prints[at] = print;
  ++kept_;
}

/// A value was there that had not been there before.
void seen_words::change(std::uint64_t place) noexcept {
  std::uint64_t* const end = mine_->changed + changed_count_;
  if (std::find(mine_->changed, end, place) != end) return;
  if (changed_count_ == most_changed)
    so_far_ = answer::too_much;
  else
    mine_->changed[changed_count_++] = place;
}

/// One that had.
void seen_words::settle(std::uint64_t place) noexcept {
  std::uint64_t* const end = mine_->changed + changed_count_;
  if (std::uint64_t* const at = std::find(mine_->changed, end, place); at != end)
    *at = mine_->changed[--changed_count_];
}

void seen_words::follow(std::uintptr_t value) {
  if (value < 65536 || value >= std::uintptr_t{1} << 47 || value % 8 != 0 || target_count_ == most_targets) return;
  for (std::size_t i = 0; i < target_count_; ++i) {
    if (mine_->targets[i] == value) return;
  }
  mine_->targets[target_count_++] = value;
}

/// What the runtime has at this moment.
void seen_words::find_runtime() {
  runtime_count_ = 0;
  const auto add = [](void* arg, const void* begin, std::size_t size) {
    auto& self = *static_cast<seen_words*>(arg);
    if (self.runtime_count_ == most_runtime)
      self.so_far_ = answer::too_much;
    else
      self.mine_->runtime[self.runtime_count_++] = {reinterpret_cast<std::uintptr_t>(begin), size};
  };
  for_each_slab(add, this);
  for_each_worker_memory(add, this);
  for_each_token_memory(add, this);
  for_each_event_memory(add, this);
}

bool seen_words::is_left_out(std::uintptr_t address) const noexcept {
  const auto holds = [&](const variable& each) { return address + part - each.address < each.size + part; };
  return std::any_of(mine_->constants, mine_->constants + constant_count_, holds) ||
         std::any_of(mine_->runtime, mine_->runtime + runtime_count_, holds);
}

bool seen_words::is_named(std::uintptr_t address) const noexcept {
  return std::any_of(left_out_.begin(), left_out_.end(),
                     [&](const variable& each) { return address - each.address < each.size; });
}

/// Three steps from what was followed so far.
void seen_words::look_at_memory(const goroutine& g) {
  const auto low = reinterpret_cast<std::uintptr_t>(g.self.bounds.low());
  std::size_t done = 0;
  for (int step = 0; step < 3; ++step) {
    const std::size_t end = target_count_;
    for (; done < end; ++done) {
      const std::uintptr_t from = mine_->targets[done];
      const bool own_stack = from >= low && from < low + g.self.bounds.size;
      if (own_stack || is_left_out(from)) continue;
      const std::size_t n =
          copy_memory(reinterpret_cast<const void*>(from), mine_->words, part) / sizeof(std::uintptr_t);
      for (std::size_t i = 0; i < n; ++i) {
        const std::uintptr_t at = from + i * sizeof(std::uintptr_t);
        if (is_named(at)) continue;
        meet(at, mine_->words[i]);
        if (step < 2) follow(mine_->words[i]);
      }
    }
  }
}

/// Many of them at once: they lie close together.
void seen_words::look_at_variables() {
  std::uintptr_t from = 0;
  std::size_t size = 0;
  const auto* const bytes = reinterpret_cast<const std::byte*>(mine_->words);
  for (std::size_t v = 0; v < variable_count_; ++v) {
    const variable& each = mine_->variables[v];
    for (std::uintptr_t at = each.address & ~std::uintptr_t{7}; at < each.address + each.size; at += 8) {
      if (at < from || at + 8 > from + size) {
        from = at;
        size = copy_memory(reinterpret_cast<const void*>(from), mine_->words, sizeof mine_->words);
        if (size < 8) break;
      }
      std::uintptr_t word = 0;
      std::memcpy(&word, bytes + (at - from), sizeof word);
      if (is_named(at)) continue;
      meet(at, word);
      follow(word);
    }
  }
}

seen_words::answer seen_words::look(const goroutine& g, const caller_state& at, std::uint64_t time, bool learn,
                                    bool far, std::span<const variable> left_out) {
  left_out_ = left_out;
  so_far_ = answer::looked;
  learn_ = learn;
  time_ = time;
  tick_ = read_ticks();
  target_count_ = 0;
  const std::uint64_t who = g.id.load(memory_order_relaxed);
  for (std::size_t i = 0; i < at.count; ++i) {
    meet(who << 8 | i, at.registers[i]);
    follow(at.registers[i]);
  }
  const auto size = static_cast<std::size_t>(g.self.bounds.top - at.sp);
  if (size > deepest_stack || copy_memory(at.sp, mine_->stack, size) != size) return answer::too_much;
  for (std::size_t i = 0; i < size / sizeof(std::uintptr_t); ++i) {
    const std::uintptr_t place = reinterpret_cast<std::uintptr_t>(at.sp) + i * sizeof(std::uintptr_t);
    if (!is_named(place)) meet(place, mine_->stack[i]);
    if (far) follow(mine_->stack[i]);
  }
  if (far) {
    std::uintptr_t callable[closure::inline_size / sizeof(std::uintptr_t)];
    static_cast<void>(copy_memory(g.body.bytes, callable, sizeof callable));
    for (const std::uintptr_t word : callable) follow(word);
    find_runtime();
    look_at_variables();
    look_at_memory(g);
  }
  return so_far_;
}

}  // namespace weft::detail
