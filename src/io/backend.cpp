// SPDX-License-Identifier: Apache-2.0
//
// Memory ordering: `step_` releases what was opened, and is acquired by those who use it. `forked` is set in the child
// of a fork by the one thread that it has: relaxed.
#include "io/backend.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "os/files.hpp"
#include "os/thread.hpp"
#include "park/io_choice.hpp"
#include "weft/blocking.hpp"
#include "weft/clock.hpp"
#include "weft/detail/panic.hpp"
#include "weft/detail/simulated.hpp"

namespace weft::detail {
namespace {

atomic<bool> forked{false};

bool is_shortage(int error) noexcept { return error == EMFILE || error == ENFILE; }

/// The ring of this process, which is opened when it is first asked for.
class process_ring {
 public:
  /// Null: there is none, or not yet. One party opens it; the others wait for that.
  file_ring* get() {
    for (unsigned round = 0;; ++round) {
      step now = step_.load(memory_order_acquire);  // pairs with the stores below
      if (now == step::open) return ring_;
      if (now == step::none) return nullptr;
      if (now == step::closed && step_.compare_exchange_strong(now, step::opening, memory_order_acq_rel)) break;
      relax(round);
    }
    auto* const made = new file_ring;
    const int error = chosen_io().ring ? made->open() : ENOSYS;
    if (error == 0) {
      on_fork_child([] { forked.store(true, memory_order_relaxed); });
      ring_ = made;
      step_.store(step::open, memory_order_release);
      return made;
    }
    delete made;
    if (chosen_io().insists && !is_shortage(error)) {
      fatalf("WEFT_IO=uring: the kernel refuses io_uring: %s", std::strerror(error));
    }
    step_.store(is_shortage(error) ? step::closed : step::none, memory_order_release);
    return nullptr;
  }

 private:
  enum class step : std::uint8_t { closed, opening, open, none };

  atomic<step> step_{step::closed};
  file_ring* ring_ = nullptr;  // written before step::open is, by whoever has made it `opening`
};

file_ring* ring_for(uring_code code) {
  if (simulated() || lane() == no_lane || forked.load(memory_order_relaxed)) return nullptr;
  static auto* const only = new process_ring;  // never destroyed: goroutines may use it while the program's statics are
  file_ring* const ring = only->get();
  return ring != nullptr && ring->knows(code) && ring->has_room_for(code) ? ring : nullptr;
}

/// An open that cannot wait for somebody else, as that of a FIFO does.
bool opens_at_once(const uring_request& request) noexcept {
  const std::uint32_t kind = kind_at(static_cast<const char*>(request.address));
  return kind == 0 || kind == S_IFREG || kind == S_IFDIR || kind == S_IFBLK;
}

bool cannot_last(const uring_request& request, bool patient) {
  return !patient && (request.code != uring_code::open || blocking([&] { return opens_at_once(request); }));
}

}  // namespace

file_outcome perform_request(const uring_request& request, bool patient, const wait_limit& limit) {
  if (limit.called_off()) return {wait_end::cancelled};
  file_ring* const ring = ring_for(request.code);
  if (ring != nullptr && !(limit.passed() && cannot_last(request, patient))) {
    return ring->perform(request, patient, limit);
  }
  if (simulated()) yield();
  return {wait_end::completed, blocking([&] { return perform_now(request); })};
}

}  // namespace weft::detail
