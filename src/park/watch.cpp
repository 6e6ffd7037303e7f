// SPDX-License-Identifier: Apache-2.0
//
// The books of those who wait for descriptors: for each descriptor number a place that is never freed, with its
// generation, a list of waiters, a seat for the first of them (watched.hpp) and a count of changes for each direction.
//
// One epoll set, edge-triggered, both directions in one registration (N1). An edge is not remembered as a flag, as in
// Go: who waits says which change it has seen. So with several waiters nobody takes the edge away from another, and an
// edge that came before a successful call does not wake the next wait for nothing, which would cost an echo server one
// system call in vain per request.
//
// Invariants
//   1. A place is guarded by its lock; `changes` is written under it and read without.
//   2. Who unlinks a node tells the engine that its wait is over: the taker, or the party itself when it gave up.
//   3. Events carry the number and the generation. With another generation than the place's they are dropped.
//   4. The kernel's registration is changed only under the place's lock, so that it and the generation agree. (The only
//      system call under a word lock: those who meet it there wait for the same descriptor.)
//   5. Nobody is made ready under a lock: under sim that may switch.
//
// A goroutine that computes on when its run has ended, and then waits, waits for nobody's sake: its commit finds that
// it was given up, and takes it out of the books again.
//
// Memory ordering. `changes` is released under the lock and acquired by changes_of(): who sees a count sees at most
// that much; the system call after it is ordered by the kernel, and a change that comes later is seen under the lock.
// `told_of_end` is written before the count of the same event, and read after it, relaxed. `seated` is released by who
// leaves the seat and acquired, under the lock, by who takes it; `object` is a name, relaxed.
// Chunks of places and the opened set are released when made and acquired by those who look without the table's lock;
// under it they are read relaxed.
#include "park/watch.hpp"

#include <cerrno>
#include <new>

#include "park/goroutine.hpp"
#include "park/watched.hpp"
#include "weft/detail/park.hpp"
#include "weft/detail/watch.hpp"

namespace weft::detail {

namespace {

constexpr int chunk_size = 1024;
constexpr int chunks = 4096;  // four million descriptors; the kernel's usual limit is one

/// Never destroyed: others may wait while the program's statics are. Not in the heap: it is looked at as a run ends.
struct watch_table {
  word_lock lock;  // guards the making of chunks and of the set
  atomic<watched*> chunk[chunks]{};
  atomic<epoll_set*> set{nullptr};  // null until it is open
  alignas(epoll_set) std::byte set_memory[sizeof(epoll_set)]{};
};

constinit watch_table table;

/// The place of a number, or null and errno.
watched* place_of(int fd, int& error) noexcept {
  error = fd < 0 ? EBADF : fd >= chunk_size * chunks ? EMFILE : 0;
  if (error != 0) return nullptr;
  atomic<watched*>& chunk = table.chunk[fd / chunk_size];
  watched* found = chunk.load(memory_order_acquire);  // pairs with the store below
  if (found == nullptr) {
    auto* const made = new (std::nothrow) watched[chunk_size];
    if (made == nullptr) {
      error = ENOMEM;
      return nullptr;
    }
    for (int i = 0; i < chunk_size; ++i) made[i].fd = fd / chunk_size * chunk_size + i;
    table.lock.lock();
    found = chunk.load(memory_order_relaxed);
    if (found == nullptr) chunk.store(found = made, memory_order_release);
    table.lock.unlock();
    if (found != made) delete[] made;
  }
  return &found[fd % chunk_size];
}

/// Of a number that has been registered.
watched& known_place_of(std::uint32_t fd) noexcept {
  return table.chunk[fd / chunk_size].load(memory_order_acquire)[fd % chunk_size];  // pairs with place_of()
}

int open_set() noexcept {
  if (table.set.load(memory_order_acquire) != nullptr) return 0;  // pairs with the store below
  int error = 0;
  table.lock.lock();
  if (table.set.load(memory_order_relaxed) == nullptr) {
    auto* const made = ::new (table.set_memory) epoll_set;
    error = made->open();
    if (error == 0) table.set.store(made, memory_order_release);
  }
  table.lock.unlock();
  return error;
}

/// The set, which is open.
epoll_set& the_set() noexcept { return *table.set.load(memory_order_acquire); }  // pairs with open_set()

std::uint64_t tag_of(const watched& place) noexcept {
  return std::uint64_t{place.generation} << 32 | static_cast<std::uint32_t>(place.fd);
}

/// A goroutine that will be made ready soon: its record may be cold, and there are several to come.
void fetch_party(const waiter& who) noexcept {
  const auto* const record = static_cast<const char*>(who.party);
  __builtin_prefetch(record, 1);
  __builtin_prefetch(record + 64, 1);
}

/// Lock held. Returns how many waits are over, of which the caller tells the engine.
std::size_t take_all(watched& place, std::size_t direction, bool ok, wait_list& taken,
                     seated_readers* readers = nullptr) noexcept {
  std::size_t over = 0;
  for (wait_node* node = place.waiting.front(); node != nullptr;) {
    wait_node* const after = place.waiting.next(*node);
    if (node->index == direction) {
      wait_list::remove(*node);
      ++over;
      if (node->who->claim()) {  // else it gave up, and is on its way to the lock
        node->ok = ok;
        taken.push_back(*node);
        fetch_party(*node->who);
        if (readers != nullptr && node == &place.node && node->slot != nullptr) readers->at[readers->n++] = &place;
      }
    }
    node = after;
  }
  return over;
}

/// Lock held. Returns what take_all() does.
std::size_t count_change(watched& place, std::size_t direction, wait_list& taken,
                         seated_readers* readers = nullptr) noexcept {
  const std::uint32_t before = place.changes[direction].load(memory_order_relaxed);
  place.changes[direction].store(before + 1, memory_order_release);  // pairs with changes_of()
  return place.waiting.empty() ? 0 : take_all(place, direction, true, taken, readers);
}

/// Lock held. What was registered here before is over.
void next_generation(watched& place, wait_list& taken) noexcept {
  ++place.generation;
  place.told_of_end.store(false, memory_order_relaxed);
  place.object.store(nullptr, memory_order_relaxed);
  watch_waits_end(take_all(place, 0, false, taken) + take_all(place, 1, false, taken));
}

/// A foreign thread's, not that of a pinned goroutine.
bool outlives_run(const waiter& w) noexcept { return w.kind == waiter_kind::thread && w.party == nullptr; }

/// What a wait leaves to be done when its party is at rest.
struct published_wait {
  watched& place;
  wait_node& node;

  static void publish(void* arg) {
    const auto& [place, node] = *static_cast<published_wait*>(arg);
    if (was_given_up(*node.who)) {
      wait_list::remove(node);
      watch_waits_end(1);
    }
    place.lock.unlock();
  }

  static bool was_given_up(const waiter& who) noexcept {
    return is_of_goroutine(who) && is_abandoned(*static_cast<const goroutine*>(who.party));
  }
};

/// Lock held, which it frees. `self` and `node` are new, and the caller's.
watch_end wait_as(waiter& self, wait_node& node, watched& place, std::size_t direction, const wait_limit& limit) {
  const bool bounded = limit.until != never || limit.by != nullptr;
  self.contended = bounded;
  node.who = &self;
  node.index = static_cast<std::uint32_t>(direction);
  place.waiting.push_back(node);
  const void* const named = place.object.load(memory_order_relaxed);
  const void* const object = named != nullptr ? named : &place;
  published_wait wait{place, node};
  if (!bounded) [[likely]] {
    park(self, wait_reason::io_wait, object, published_wait::publish, &wait);
    return node.ok ? watch_end::ready : watch_end::closed;
  }
  const wait_end end = park_within(self, wait_reason::io_wait, object, published_wait::publish, &wait, limit);
  if (end == wait_end::completed) return node.ok ? watch_end::ready : watch_end::closed;
  place.lock.lock();
  if (node.linked()) {
    wait_list::remove(node);
    watch_waits_end(1);
  }
  place.lock.unlock();
  return end == wait_end::cancelled ? watch_end::cancelled : watch_end::timed_out;
}

/// Lock held, which it frees. Somebody has the seat.
[[gnu::noinline]] watch_end wait_standing(watched& place, std::size_t direction, const wait_limit& limit) {
  waiter self;
  wait_node node;
  return wait_as(self, node, place, direction, limit);
}

/// Lock held. Registers the number with the place's generation, or renews the registration, which tells what is ready
/// now. The kernel forgets a registration when the descriptor is closed: then a new one begins.
int renew(watched& place, wait_list& taken) noexcept {
  const int error = the_set().renew(place.fd, tag_of(place));
  if (error != ENOENT) return error;
  next_generation(place, taken);
  return the_set().add(place.fd, tag_of(place));
}

}  // namespace

int start_watching(int fd, watch_id& id) noexcept {
  int error = open_set();
  if (error != 0) return error;
  watched* const place = place_of(fd, error);
  if (place == nullptr) return error;
  wait_list taken;
  place->lock.lock();
  next_generation(*place, taken);
  error = the_set().add(fd, tag_of(*place));
  if (error == EEXIST) error = the_set().renew(fd, tag_of(*place));  // somebody called wait_fd for it
  id = {place, place->generation};
  place->lock.unlock();
  wake_taken(taken);
  return error;
}

void stop_watching(watch_id id) noexcept {
  if (id.at == nullptr) return;
  wait_list taken;
  id.at->lock.lock();
  if (id.at->generation == id.generation) {
    next_generation(*id.at, taken);
    static_cast<void>(the_set().remove(id.at->fd));  // a copy of the descriptor would keep it registered
  }
  id.at->lock.unlock();
  wake_taken(taken);
}

std::uint32_t changes_of(watch_id id, readiness what) noexcept { return changes_in(id, what); }

watch_end wait_change(watch_id id, readiness what, std::uint32_t seen, const wait_limit& limit, wanted_read* wanted) {
  watched& place = *id.at;
  const std::size_t direction = index_of(what);
  watch_wait_begins();
  place.lock.lock();
  const bool closed = place.generation != id.generation;
  if (closed || place.changes[direction].load(memory_order_relaxed) != seen) {
    place.lock.unlock();
    watch_waits_end(1);
    return closed ? watch_end::closed : watch_end::ready;
  }
  if (place.seated.load(memory_order_acquire)) [[unlikely]] {  // pairs with the store below
    return wait_standing(place, direction, limit);
  }
  place.seated.store(true, memory_order_relaxed);
  ::new (&place.who) waiter;
  ::new (&place.node) wait_node;
  place.node.slot = wanted;
  const watch_end end = wait_as(place.who, place.node, place, direction, limit);
  place.seated.store(false, memory_order_release);
  return end;
}

void name_watched(watch_id id, const void* object) noexcept {
  id.at->lock.lock();
  if (id.at->generation == id.generation) id.at->object.store(object, memory_order_relaxed);
  id.at->lock.unlock();
}

void announce_change(watch_id id) noexcept {
  wait_list taken;
  id.at->lock.lock();
  if (id.at->generation == id.generation) {
    watch_waits_end(count_change(*id.at, 0, taken) + count_change(*id.at, 1, taken));
  }
  id.at->lock.unlock();
  wake_taken(taken);
}

std::error_code wait_fd(int fd, readiness what, const wait_limit& limit) {
  if (limit.called_off()) return error_of(wait_end::cancelled, limit);
  int error = open_set();
  watched* const place = error == 0 ? place_of(fd, error) : nullptr;
  if (place == nullptr) return {error, std::system_category()};
  wait_list taken;
  place->lock.lock();
  const std::uint32_t seen = place->changes[index_of(what)].load(memory_order_relaxed);
  error = renew(*place, taken);
  const watch_id id{place, place->generation};
  place->lock.unlock();
  wake_taken(taken);
  if (error != 0) return {error, std::system_category()};
  switch (wait_change(id, what, seen, limit)) {
    case watch_end::ready:
      return {};
    case watch_end::timed_out:  // rule 2 of bounded.hpp: a deadline that has passed is one try
      return is_ready(fd, what == readiness::writable) ? std::error_code() : errc::timed_out;
    case watch_end::cancelled:
      return error_of(wait_end::cancelled, limit);
    case watch_end::closed:
      break;
  }
  return {EBADF, std::system_category()};
}

// ---- for the engine ------------------------------------------------------------------------------------------------

epoll_set* watch_set() noexcept {
  return table.set.load(memory_order_acquire);  // pairs with open_set()
}

void take_watchers(const poll_event* events, std::size_t n, wait_list& taken, seated_readers* readers) noexcept {
  std::size_t over = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto* const lines = reinterpret_cast<const char*>(&known_place_of(static_cast<std::uint32_t>(events[i].tag)));
    __builtin_prefetch(lines, 1);
    __builtin_prefetch(lines + 64, 1);
  }
  for (std::size_t i = 0; i < n; ++i) {
    watched& place = known_place_of(static_cast<std::uint32_t>(events[i].tag));
    place.lock.lock();
    if (place.generation == events[i].tag >> 32) {
      if (events[i].told_of_end) place.told_of_end.store(true, memory_order_relaxed);
      if (events[i].readable) over += count_change(place, 0, taken, readers);
      if (events[i].writable) over += count_change(place, 1, taken);
    }
    place.lock.unlock();
  }
  if (over != 0) watch_waits_end(over);
}

void wake_taken(wait_list& taken) noexcept {
  while (wait_node* const node = taken.pop_front()) {
    node->who->winner = node;
    ready(*node->who);
  }
}

void forget_watchers() noexcept {
  for (atomic<watched*>& each : table.chunk) {
    watched* const chunk = each.load(memory_order_acquire);  // pairs with place_of()
    if (chunk == nullptr) continue;
    for (int i = 0; i < chunk_size; ++i) {
      watched& place = chunk[i];
      place.lock.lock();
      for (wait_node* node = place.waiting.front(); node != nullptr;) {
        wait_node* const after = place.waiting.next(*node);
        if (!outlives_run(*node->who)) {
          wait_list::remove(*node);
          watch_waits_end(1);
        }
        node = after;
      }
      place.lock.unlock();
    }
  }
}

}  // namespace weft::detail
