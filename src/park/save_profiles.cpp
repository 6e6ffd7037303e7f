// SPDX-License-Identifier: Apache-2.0
//
// weft/profile.hpp. Samples of the processor's time come in signal handlers: they add to their profile if its lock is
// free, and are lost otherwise, which is so only while it is being saved, or two threads are interrupted at once.
//
// Memory ordering: settings, and what is read of goroutines that go on, are relaxed: they order nothing.
#include <cerrno>
#include <iterator>
#include <new>

#include "base/report_hook.hpp"
#include "os/clock.hpp"
#include "os/fiber_annotations.hpp"
#include "os/pages.hpp"
#include "os/report_file.hpp"
#include "os/sampler.hpp"
#include "os/symbol.hpp"
#include "os/walk.hpp"
#include "park/profile_state.hpp"
#include "park/profiles.hpp"
#include "park/recorder_state.hpp"
#include "park/registry.hpp"
#include "trace/pprof.hpp"
#include "weft/profile.hpp"

namespace weft::profile {

using namespace detail;

namespace {

std::error_code system_error(int number) { return {number, std::system_category()}; }

std::string name_of(void* pc) { return symbol_of(pc).name; }

result<void> write_file(const std::string& file, const std::string& bytes) {
  const int fd = create_report(file.c_str());
  if (fd < 0) return system_error(-fd);
  int error = write_bytes(fd, bytes.data(), bytes.size());
  if (const int closed = close_report(fd); error == 0) error = closed;
  if (error != 0) return system_error(error);
  return {};
}

result<void> save(const stack_table& table, const profile_kind& kind, const std::string& file) try {
  return write_file(file, pprof_of(table, kind, name_of));
} catch (const std::bad_alloc&) {
  return system_error(ENOMEM);
}

/// A copy of a profile, so that nobody waits while it is written; for signal handlers most of all.
class copy {
 public:
  explicit copy(kept_profile& of) noexcept {
    if (!of.open()) return;
    of.lock.lock();
    table_ = of.table;
    const std::size_t size = table_.capacity * sizeof(stack_entry);
    table_.entries = static_cast<stack_entry*>(map_zeros(size));
    for (std::size_t i = 0; table_.entries != nullptr && i < table_.capacity; ++i) {
      if (of.table.entries[i].count != 0) table_.entries[i] = of.table.entries[i];
    }
    of.lock.unlock();
  }
  copy(const copy&) = delete;
  copy& operator=(const copy&) = delete;
  ~copy() {
    if (table_.entries != nullptr) unmap_zeros(table_.entries, table_.capacity * sizeof(stack_entry));
  }

  [[nodiscard]] result<void> save_as(const profile_kind& kind, const std::string& file) const {
    return table_.entries != nullptr ? save(table_, kind, file) : system_error(ENOMEM);
  }

 private:
  stack_table table_;
};

void on_sample(void* pc, void* fp) {
  stack_entry seen;
  seen.count = 1;
  const goroutine* const g = current();
  seen.frames[0] = static_cast<char*>(pc) + 1;  // as if it were a return address
  seen.depth = 1;
  if (g != nullptr) {
    describe(seen, *g);
    const stack& bounds = g->self.bounds;
    if (bounds.top != nullptr) {
      seen.depth = static_cast<std::uint32_t>(
          walk_frames(seen.frames[0], fp, bounds.low(), bounds.top, seen.frames, stack_entry::most_frames));
    }
  }
  kept_profile& kept = profiles().processor;
  for (unsigned attempt = 0; attempt < 100; ++attempt, spin_pause()) {
    if (!kept.lock.try_lock()) continue;
    seen.sum = 1'000'000'000 / static_cast<std::uint64_t>(profiles().cpu_rate);
    kept.table.add(seen);
    kept.lock.unlock();
    return;
  }
}

}  // namespace

namespace {

struct census {
  stack_table& all;
  const goroutine* me;
  const stack_entry& mine;
};

/// Of one that waits the innermost frame is left out: it says where in the scheduler it stopped.
void count(void* arg, goroutine& g) {
  const auto& to = *static_cast<const census*>(arg);
  const auto state = g.state.load(memory_order_relaxed);
  if (state == goroutine_state::abandoned) return;
  if (&g == to.me) {
    to.all.add(to.mine);
    return;
  }
  stack_entry seen;
  seen.count = 1;
  describe(seen, g);
  const stack bounds = g.self.bounds;
  const bool runs = state == goroutine_state::running || g.pinned.load(memory_order_relaxed);
  void* frames[stack_entry::most_frames + 1];
  const std::size_t n = runs || bounds.top == nullptr ? 0
                                                      : walk_frames(g.self.at.pc, g.self.at.fp, bounds.low(),
                                                                    bounds.top, frames, std::size(frames));
  for (std::size_t i = 1; i < n; ++i) seen.frames[seen.depth++] = frames[i];
  to.all.add(seen);
}

}  // namespace

[[gnu::noinline]] result<void> save_goroutines(const std::string& file) {
  kept_profile all;
  if (!all.open()) return system_error(ENOMEM);
  {
    const runtime_section inside;
    stack_entry mine;
    const goroutine* const me = current();
    if (me != nullptr) {
      mine.count = 1;
      describe(mine, *me);
      mine.depth = static_cast<std::uint32_t>(walk_caller(me->self.bounds, mine.frames, stack_entry::most_frames));
    }
    census counted{all.table, me, mine};
    for_each_goroutine(count, &counted);
  }
  const result<void> saved = save(all.table, {"goroutine", "count"}, file);
  unmap_zeros(all.table.entries, all.table.capacity * sizeof(stack_entry));
  return saved;
}

void block_rate(std::chrono::nanoseconds rate) noexcept {
  const bool on = rate.count() > 0 && profiles().blocks.open();
  profiles().block_rate.store(on ? static_cast<std::uint64_t>(rate.count()) : 0, memory_order_relaxed);
  switch_profile(profile_waits, on);
}

void mutex_fraction(int n) noexcept {
  const bool on = n > 0 && profiles().mutexes.open();
  profiles().mutex_fraction.store(on ? static_cast<std::uint64_t>(n) : 0, memory_order_relaxed);
  switch_profile(profile_contention, on);
}

result<void> save_blocks(const std::string& file) {
  return copy(profiles().blocks).save_as({"contentions", "count", "delay", "nanoseconds"}, file);
}

result<void> save_mutexes(const std::string& file) {
  return copy(profiles().mutexes).save_as({"contentions", "count", "delay", "nanoseconds"}, file);
}

result<void> start_cpu(int hz) {
  if (hz < 1 || hz > 1000) return system_error(EINVAL);
  profile_state& p = profiles();
  if (!p.processor.open()) return system_error(ENOMEM);
  if (p.cpu_on.exchange(true)) return system_error(EBUSY);
  p.cpu_rate = hz;
  p.cpu_since = monotonic_ns();
  p.processor.clear();
  const int error = start_sampling(hz, on_sample);
  if (error == 0) return {};
  p.cpu_on.store(false);
  return system_error(error);
}

result<void> stop_cpu(const std::string& file) {
  profile_state& p = profiles();
  stop_sampling();
  profile_kind kind{"samples", "count", "cpu", "nanoseconds"};
  kind.period = p.cpu_rate != 0 ? 1'000'000'000 / p.cpu_rate : 1;
  kind.duration_ns = p.cpu_since != 0 ? monotonic_ns() - p.cpu_since : 0;
  const result<void> saved = copy(p.processor).save_as(kind, file);
  p.cpu_on.store(false);
  return saved;
}

}  // namespace weft::profile
