// SPDX-License-Identifier: Apache-2.0
//
// Looking for stuck goroutines from time to time (weft/stuck.hpp): a thread of its own, which exists only if somebody
// has asked. It sleeps; when it wakes and the program happens to be at rest, it searches (reach.hpp). If anybody begins
// to act meanwhile, what was found counts for nothing, and the next time will do. The program is neither stopped nor
// held up. Nothing is searched twice while nothing has happened.
//
// The thread is not counted when a deadlock is looked for (uncounted_thread), and its stack is no root: it has nothing
// of the program's. It allocates nothing before it has found somebody.
//
// A goroutine is told of once. Numbers of goroutines are never given again (G4), so those are kept.
//
// Memory ordering: what is asked for is under a lock; `asked` is seq_cst and only says that it has changed.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "base/report_hook.hpp"
#include "chan/reach.hpp"
#include "os/control_socket.hpp"
#include "os/fiber.hpp"
#include "os/fiber_annotations.hpp"
#include "os/futex.hpp"
#include "os/thread.hpp"
#include "park/goroutine_groups.hpp"
#include "park/quiet.hpp"
#include "park/settings.hpp"
#include "weft/detail/closure.hpp"
#include "weft/detail/word_lock.hpp"
#include "weft/stuck.hpp"

namespace weft {

namespace detail {

namespace {

struct watch_state {
  word_lock lock;
  stuck_options options{std::chrono::milliseconds(0)};  // under lock
  bool started = false;                                 // under lock
  atomic<std::uint32_t> asked{0};                       // the futex word; counts changes
};

constinit watch_state here;

stuck_options asked_for() noexcept {
  here.lock.lock();
  const stuck_options options = here.options;
  here.lock.unlock();
  return options;
}

/// Those that are stuck and have not been told of; notes their numbers.
struct finding {
  const reach& search;
  const std::vector<std::uint64_t>& told;  // in order
  std::vector<std::uint64_t> fresh;

  static bool wanted(void* arg, const goroutine& g) {
    auto& self = *static_cast<finding*>(arg);
    const std::uint64_t id = g.id.load(memory_order_relaxed);
    if (!self.search.is_stuck(g) || std::binary_search(self.told.begin(), self.told.end(), id)) return false;
    self.fresh.push_back(id);
    return true;
  }
};

void tell(const stuck_options& options, std::vector<leak>&& found) {
  if (options.report != nullptr) {
    if (!can_start()) return;
    start_options how;
    how.where = {"weft/stuck.hpp", 1};
    how.label = "weft: stuck";
    how.late = true;
    start(make_goroutine_for(how, [report = options.report, found = std::move(found)] { report(found); }));
    return;
  }
  std::size_t n = 0;
  for (const leak& each : found) n += each.count;
  const bool fatal = options.policy != deadlock_policy::log;
  if (fatal) begin_report();
  write_format(2, "%sstuck: %zu goroutine%s for what nobody else has any more\n", fatal ? "fatal error: " : "weft: ", n,
               n == 1 ? " waits" : "s wait");
  write_text(2, text_of(found).c_str());
  if (fatal) end_report();
  write_text(2, "\n");
}

/// One look, unless somebody acts, or nobody has since the last one that succeeded, which was at `moment`.
void look(const stack& own, std::vector<std::uint64_t>& told, std::uint64_t& moment) {
  const std::uint64_t at = idle_moment();
  if (at == 0 || at == moment) return;
  reach search(own);
  if (!search.run() || idle_moment() != at) return;
  moment = at;
  if (!diag_setting("stuckwhy").empty()) search.explain(2);
  finding all{search, told, {}};
  std::vector<leak> found = group_goroutines(finding::wanted, &all, static_cast<std::uint32_t>(now() / 1'000'000));
  if (found.empty()) return;
  told.insert(told.end(), all.fresh.begin(), all.fresh.end());
  std::sort(told.begin(), told.end());
  tell(asked_for(), std::move(found));
}

void watch(void*) {
  const uncounted_thread only_looks;
  hold_back_signals();
  fiber self{};
  adopt_thread(self);
  std::vector<std::uint64_t> told;
  std::uint64_t moment = 0;
  for (;;) {
    const std::uint32_t asked = here.asked.load();
    const stuck_options options = asked_for();
    const bool off = options.every.count() <= 0 || options.policy == deadlock_policy::ignore;
    const std::int64_t pause = off ? -1 : std::min<std::int64_t>(options.every.count(), 86'400'000) * 1'000'000;
    if (futex_wait(here.asked, asked, pause)) look(self.bounds, told, moment);
  }
}

}  // namespace

void look_for_stuck_if_asked() {
  const std::string_view how = diag_setting("stuck");
  if (how.empty() || how == "off") return;
  stuck_options options;
  if (how == "abort") options.policy = deadlock_policy::abort;
  const std::string_view every = diag_setting("stuckevery");
  if (const long ms = std::atol(std::string(every).c_str()); ms > 0) options.every = std::chrono::milliseconds(ms);
  look_for_stuck(options);
}

}  // namespace detail

void look_for_stuck(const stuck_options& options) {
  using namespace detail;
  if constexpr (asan_on || tsan_on) return;
  here.lock.lock();
  here.options = options;
  const bool starts = !here.started;
  here.started = true;
  here.lock.unlock();
  here.asked.fetch_add(1);
  futex_wake(here.asked, 1);
  if (!starts) return;
  const int error = start_thread(watch, nullptr, "weft-stuck", std::size_t{256} * 1024);
  if (error != 0) write_format(2, "weft: no thread to look for stuck goroutines: %s\n", std::strerror(error));
}

}  // namespace weft
