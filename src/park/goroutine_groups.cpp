// SPDX-License-Identifier: Apache-2.0
//
// The innermost functions of each goroutine are walked, up to eight, which is what tells one place from another, and
// looked up by their hash together with the rest. Only one goroutine of each kind is kept, and its functions named when
// all have been counted: naming one costs more than walking a thousand.
//
// This takes memory, and is used where a program is whole. Reports of a broken one print goroutine by goroutine, and so
// does report_left() when there is none.
//
// Memory ordering: as in dump.cpp.
#include "park/goroutine_groups.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <new>
#include <unordered_map>

#include "base/report_hook.hpp"
#include "park/dump.hpp"
#include "park/held_locks.hpp"
#include "park/made.hpp"
#include "park/registry.hpp"
#include "park/settings.hpp"

namespace weft::detail {

namespace {

constexpr std::size_t telling_frames = 8;
constexpr std::size_t most_frames = 50;

struct kind {
  std::size_t count = 0;
  const goroutine* one = nullptr;
  std::uint64_t id = 0;
  std::uint32_t longest_ms = 0;
};

struct collection {
  bool (*wanted)(void* arg, const goroutine& g);
  void* arg;
  std::uint32_t now_ms;
  std::unordered_map<std::uint64_t, kind> kinds;
};

void mix(std::uint64_t& hash, std::uint64_t value) noexcept {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15;
  hash ^= hash >> 29;
}

void count(void* arg, goroutine& g) {
  auto& all = *static_cast<collection*>(arg);
  const auto state = g.state.load(memory_order_relaxed);
  if (state == goroutine_state::abandoned || !all.wanted(all.arg, g)) return;
  std::uint64_t hash = static_cast<std::uint64_t>(state);
  if (state == goroutine_state::waiting) mix(hash, static_cast<std::uint64_t>(g.reason.load(memory_order_relaxed)));
  mix(hash, reinterpret_cast<std::uintptr_t>(g.file));
  mix(hash, g.line);
  mix(hash, reinterpret_cast<std::uintptr_t>(g.label));
  void* frames[telling_frames + most_parking_frames];
  const std::size_t n = copy_stack(g, frames, std::size(frames));
  const auto [first, end] = telling_part_of(frames, n);
  for (std::size_t i = first; i < end && i < first + telling_frames; ++i)
    mix(hash, reinterpret_cast<std::uintptr_t>(frames[i]));
  kind& k = all.kinds[hash];
  if (++k.count == 1) {
    k.one = &g;
    k.id = id_of(&g);
  }
  k.longest_ms = std::max(k.longest_ms, waited_ms(g, all.now_ms));
}

leak describe(const kind& k) {
  const goroutine& g = *k.one;
  leak told;
  told.count = k.count;
  told.first = k.id;
  told.longest = std::chrono::milliseconds(k.longest_ms);
  told.state = state_of(g);
  const bool waits = g.state.load(memory_order_relaxed) == goroutine_state::waiting;
  const wait_reason reason = g.reason.load(memory_order_relaxed);
  if (waits && reason != wait_reason::select) told.object = g.object.load(memory_order_relaxed);
  if (waits) told.kind = kind_of_object(reason);
  if (const site made = made_at(told.object, reason); made.line != 0) {
    told.made_at = std::string(made.file) + ":" + std::to_string(made.line);
  }
  for (const held_lock& each : locks_of(party_of(g))) told.holds.emplace_back(held_text(each).text);
  if (g.label != nullptr) told.label = g.label;
  told.started_at = std::string(g.file) + ":" + std::to_string(g.line);
  void* frames[most_frames];
  const std::size_t n = copy_stack(g, frames, most_frames);
  for (std::size_t i = 0; i < n; ++i) told.stack.push_back(frame_text(frames[i]));
  return told;
}

}  // namespace

std::vector<leak> group_goroutines(bool (*wanted)(void* arg, const goroutine& g), void* arg, std::uint32_t now_ms) {
  collection all{wanted, arg, now_ms, {}};
  for_each_goroutine(count, &all);
  std::vector<leak> told;
  told.reserve(all.kinds.size());
  for (const auto& [hash, k] : all.kinds) told.push_back(describe(k));
  std::sort(told.begin(), told.end(),
            [](const leak& a, const leak& b) { return a.count != b.count ? a.count > b.count : a.first < b.first; });
  return told;
}

void report_left(bool asked, std::uint32_t now_ms) {
  const std::string_view how = diag_setting("leaks");
  if (!asked && how.empty()) return;
  try {
    const std::vector<leak> left = group_goroutines([](void*, const goroutine&) { return true; }, nullptr, now_ms);
    const std::string text = how == "json" ? json_of(left) + "\n" : text_of(left);
    if (how != "json" && !left.empty()) write_text(2, "weft: goroutines left when main returned:\n");
    write_text(2, text.c_str());
  } catch (const std::bad_alloc&) {  // the way that takes none
    write_text(2, "weft: goroutines left when main returned:\n");
    print_goroutines(2, nullptr, now_ms, naming::as_linked);
  }
}

}  // namespace weft::detail
