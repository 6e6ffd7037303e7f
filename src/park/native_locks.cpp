// SPDX-License-Identifier: Apache-2.0
//
// What goroutines hold, in one small table by address: whoever frees it may be on another thread by then, or another
// goroutine; what the caller itself has taken goes first, for many may read at once. A goroutine that keeps its thread
// (weft/pin.hpp) keeps what belongs to that as well, and is not told about.
//
// Not under sim, which has one thread, and where nobody is pinned. Told once for each place where something is taken.
// More than the table can hold is forgotten.
//
// Memory ordering: `count` is relaxed: whoever has taken something sees that it is not 0. The rest is under the lock.
#include "park/native_locks.hpp"

#include <algorithm>

#include "base/report_hook.hpp"
#include "os/walk.hpp"
#include "park/dump.hpp"
#include "park/settings.hpp"
#include "weft/detail/simulated.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {

namespace {

constexpr std::size_t most_held = 1024;
constexpr std::size_t most_told = 256;
constexpr std::size_t most_frames = 12;

struct held_native {
  const void* lock = nullptr;
  party_number owner = 0;
  native_kind kind = native_kind::mutex;
  std::uint32_t depth = 0;
  void* frames[most_frames]{};  // where it was taken
};

struct native_book {
  word_lock lock;
  atomic<std::size_t> count{0};  // written under the lock
  held_native held[most_held];
  void* told[most_told]{};
  std::size_t told_count = 0;
};

native_book& book() noexcept {
  static constinit native_book only;
  return only;
}

const char* text(native_kind kind) noexcept {
  switch (kind) {
    case native_kind::mutex:
      return "holds native mutex";
    case native_kind::shared_mutex:
      return "holds native shared mutex";
    default:
      return "initialises the static variable with guard";
  }
}

/// One that the goroutine has and that was not told yet.
bool take_untold(native_book& b, party_number who, held_native& out) noexcept {
  b.lock.lock();
  const std::size_t n = b.count.load(memory_order_relaxed);
  bool found = false;
  for (std::size_t i = 0; i < n && !found && b.told_count < most_told; ++i) {
    void* const site = b.held[i].depth != 0 ? b.held[i].frames[0] : nullptr;
    if (b.held[i].owner != who || std::find(b.told, b.told + b.told_count, site) != b.told + b.told_count) continue;
    out = b.held[i];
    b.told[b.told_count++] = site;
    found = true;
  }
  b.lock.unlock();
  return found;
}

}  // namespace

[[gnu::noinline]] void note_native_taken(const void* lock, native_kind kind) noexcept {
  const goroutine* const me = current();
  if (me == nullptr) return;
  held_native entry{lock, party_of(*me), kind};
  entry.depth = static_cast<std::uint32_t>(walk_caller(me->self.bounds, entry.frames, most_frames));
  if (entry.depth > 1) std::copy(entry.frames + 2, entry.frames + entry.depth, entry.frames);
  entry.depth -= std::min(entry.depth, 2u);  // this function and the one that was called instead of the system's
  native_book& b = book();
  b.lock.lock();
  const std::size_t n = b.count.load(memory_order_relaxed);
  if (n < most_held) {
    b.held[n] = entry;
    b.count.store(n + 1, memory_order_relaxed);
  }
  b.lock.unlock();
}

void note_native_freed(const void* lock) noexcept {
  native_book& b = book();
  if (b.count.load(memory_order_relaxed) == 0) return;
  const goroutine* const me = current();
  const party_number who = me != nullptr ? party_of(*me) : nobody_known;
  b.lock.lock();
  const std::size_t n = b.count.load(memory_order_relaxed);
  std::size_t found = n;
  for (std::size_t i = n; i-- > 0;) {
    if (b.held[i].lock != lock) continue;
    if (b.held[i].owner == who) {  // of several who read, the one that does not any more
      found = i;
      break;
    }
    if (found == n) found = i;
  }
  if (found != n) {
    b.held[found] = b.held[n - 1];
    b.count.store(n - 1, memory_order_relaxed);
  }
  b.lock.unlock();
}

[[gnu::noinline]] void note_native_stop(goroutine& me, const char* what) noexcept {
  native_book& b = book();
  if (b.count.load(memory_order_relaxed) == 0 || me.pinned.load(memory_order_relaxed)) return;
  held_native found;
  while (take_untold(b, party_of(me), found)) {
    const auto id = static_cast<unsigned long long>(shown_id(party_of(me)));
    write_format(2, "weft: native lock: goroutine %llu %s while it %s %p, which belongs to its thread\n", id, what,
                 text(found.kind), found.lock);
    write_format(2, "goroutine %llu stops here:\n", id);
    void* frames[most_frames];
    print_stack(2, me, frames, walk_caller(me.self.bounds, frames, most_frames));
    write_text(2, found.kind == native_kind::initialiser ? "it began here:\n" : "it was locked here:\n");
    print_stack(2, me, found.frames, found.depth);
    write_text(2, "\n");
  }
}

void prepare_native_locks() noexcept {
  if (!simulated() && !diag_setting("native").empty()) profiles_on.fetch_or(profile_native, memory_order_relaxed);
}

}  // namespace weft::detail
