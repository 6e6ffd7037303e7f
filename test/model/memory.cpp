// SPDX-License-Identifier: Apache-2.0
#include "model/memory.hpp"

#include <cstdio>
#include <cstdlib>

namespace weft::model {

bool is_acquire(std::memory_order order) noexcept {
  return order == std::memory_order_acquire || order == std::memory_order_acq_rel || order == std::memory_order_seq_cst;
}

bool is_release(std::memory_order order) noexcept {
  return order == std::memory_order_release || order == std::memory_order_acq_rel || order == std::memory_order_seq_cst;
}

void memory::clear() noexcept {
  used_ = 0;
  seq_cst_ = view{};
}

location_id memory::create(std::uintptr_t address, word initial, actor& who) {
  if (used_ == max_locations) {
    std::fprintf(stderr, "model: an execution creates more than %u atomics\n", max_locations);
    std::abort();
  }
  location& l = locations_[used_];
  l.address = address;
  l.alive = true;
  l.creator = who.number;
  l.created = who.knows.clock[who.number];
  l.last_access.fill(0);
  l.stores.clear();
  l.stores.push_back({initial, gap, 0, 0, false, view{}});
  who.knows.seen[used_] = gap;
  return used_++;
}

const char* memory::touch(location_id id, actor& who) noexcept {
  location& l = locations_[id];
  if (!l.alive) return "an atomic is used after its destruction";
  if (who.knows.clock[l.creator] < l.created) return "an atomic is used by a thread that may not see it constructed";
  l.last_access[who.number] = who.knows.clock[who.number];
  return nullptr;
}

const char* memory::destroy(location_id id, const actor& who) noexcept {
  location& l = locations_[id];
  l.alive = false;
  for (unsigned i = 0; i < max_threads; ++i) {
    if (l.last_access[i] > who.knows.clock[i]) return "an atomic is destroyed while another thread may still use it";
  }
  return nullptr;
}

candidates memory::readable(location_id id, const actor& who, bool seq_cst, std::uint32_t born) const noexcept {
  const location& l = locations_[id];
  timestamp oldest = std::max(who.knows.seen[id], who.must_see[id]);
  if (seq_cst) oldest = std::max(oldest, seq_cst_.seen[id]);
  candidates found;
  for (std::size_t i = l.stores.size(); i-- > 0;) {
    const store_record& s = l.stores[i];
    if (s.at < oldest) break;
    const bool tired = s.at == who.last_read[id] && who.repeats[id] >= stale_reads && i + 1 != l.stores.size();
    if (s.born >= born && !tired) found.add(i);
  }
  return found;
}

bool memory::can_follow(location_id id, std::size_t index) const noexcept {
  const location& l = locations_[id];
  if (index + 1 == l.stores.size()) return true;
  const store_record& next = l.stores[index + 1];
  return any_modification_order && !next.update && next.at - l.stores[index].at > 1;
}

candidates memory::places(location_id id, const actor& who, bool seq_cst) const noexcept {
  const location& l = locations_[id];
  const timestamp oldest = std::max(who.knows.seen[id], seq_cst ? seq_cst_.seen[id] : 0);
  candidates found;
  for (std::size_t i = l.stores.size(); i-- > 0;) {
    if (l.stores[i].at < oldest) break;
    if (can_follow(id, i)) found.add(i);
  }
  return found;
}

word memory::read(location_id id, std::size_t index, actor& who, std::memory_order order) noexcept {
  const location& l = locations_[id];
  const store_record& s = l.stores[index];
  const bool outdated = index + 1 != l.stores.size();
  const bool again = who.last_read[id] == s.at;
  who.repeats[id] = static_cast<std::uint8_t>(outdated ? (again ? who.repeats[id] + 1 : 1) : 0);
  who.last_read[id] = s.at;
  who.knows.seen[id] = std::max(who.knows.seen[id], s.at);
  if (is_acquire(order)) {
    who.knows.join(s.message);
  } else {
    who.acquirable.join_seen(s.message);
  }
  if (order == std::memory_order_seq_cst) seq_cst_.seen[id] = std::max(seq_cst_.seen[id], s.at);
  return s.value;
}

void memory::write(location_id id, std::size_t after, word value, actor& who, std::memory_order order, bool update,
                   std::uint32_t step) {
  location& l = locations_[id];
  if (l.stores.size() == 64) {
    std::fprintf(stderr, "model: more than 64 stores to one atomic\n");
    std::abort();
  }
  const timestamp before = l.stores[after].at;
  const bool newest = after + 1 == l.stores.size();
  const timestamp at = newest ? before + gap : before + (l.stores[after + 1].at - before) / 2;
  who.knows.seen[id] = at;
  if (order == std::memory_order_seq_cst) seq_cst_.seen[id] = std::max(seq_cst_.seen[id], at);
  store_record record{value, at,     static_cast<std::uint32_t>(l.stores.size()),
                      step,  update, is_release(order) ? who.knows : who.released};
  record.message.seen[id] = at;
  if (update) record.message.join(l.stores[after].message);
  l.stores.insert(l.stores.begin() + static_cast<std::ptrdiff_t>(after) + 1, record);
}

// The fence moves what is known of locations, not of clocks (approximation 4).
void memory::fence(actor& who) noexcept {
  who.knows.join_seen(who.acquirable);
  who.knows.join_seen(seq_cst_);
  seq_cst_ = view{};
  seq_cst_.join_seen(who.knows);
  who.released = seq_cst_;
}

}  // namespace weft::model
