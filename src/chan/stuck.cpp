// SPDX-License-Identifier: Apache-2.0
//
// Asked by a goroutine: the search (reach.hpp), at a moment when nobody else runs. The caller's registers are put on
// its stack, and that is looked at from there.
#include "weft/stuck.hpp"

#include <memory>

#include "chan/reach.hpp"
#include "os/fiber_annotations.hpp"
#include "park/goroutine_groups.hpp"
#include "park/pause.hpp"
#include "park/quiet.hpp"
#include "weft/detail/bounded.hpp"
#include "weft/detail/panic.hpp"

namespace weft {

namespace detail {

namespace {

/// What it has below its frame is not the caller's.
[[gnu::noinline]] bool run_below(const goroutine& caller, std::unique_ptr<reach>& made) {
  made = std::make_unique<reach>(caller, static_cast<const std::byte*>(__builtin_frame_address(0)));
  return made->run();
}

/// With the registers of whoever called it in its frame.
[[gnu::noinline]] bool run_search(const goroutine& caller, std::unique_ptr<reach>& made) {
  __builtin_unwind_init();
  const volatile bool all = run_below(caller, made);  // no tail call: the frame stays
  return all;
}

/// Null: somebody else ran meanwhile, or it could not be told.
std::unique_ptr<reach> try_search(const goroutine& caller) {
  std::unique_ptr<reach> made;
  const std::uint64_t moment = quiet_moment();
  if (moment == 0 || !run_search(caller, made) || quiet_moment() != moment) made.reset();
  return made;
}

}  // namespace
}  // namespace detail

std::optional<std::vector<leak>> find_stuck(std::chrono::milliseconds patience) {
  const detail::goroutine* const caller = detail::current();
  if (caller == nullptr) detail::panic("weft: find_stuck on a thread that is no goroutine");
  if constexpr (detail::asan_on || detail::tsan_on) return std::nullopt;
  const detail::nanoseconds give_up = detail::now() + std::chrono::nanoseconds(patience).count();
  for (;;) {
    if (const auto found = detail::try_search(*caller); found != nullptr) {
      return detail::group_goroutines(
          [](void* arg, const detail::goroutine& g) { return static_cast<const detail::reach*>(arg)->is_stuck(g); },
          found.get(), static_cast<std::uint32_t>(detail::now() / 1'000'000));
    }
    if (detail::now() >= give_up) return std::nullopt;
    detail::pause_for(1'000'000);
  }
}

}  // namespace weft
