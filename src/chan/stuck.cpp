// SPDX-License-Identifier: Apache-2.0
//
// Asked by a goroutine: the search (reach.hpp), at a moment when nobody else runs. find_stuck() itself does nothing but
// put the caller's registers into its frame, and the caller's stack is looked at from there: what lies below belongs to
// the search, in places where other calls of the program have left words.
#include "weft/stuck.hpp"

#include <memory>

#include "chan/reach.hpp"
#include "os/fiber_annotations.hpp"
#include "park/goroutine_groups.hpp"
#include "park/pause.hpp"
#include "park/quiet.hpp"
#include "park/settings.hpp"
#include "weft/detail/bounded.hpp"
#include "weft/detail/panic.hpp"

namespace weft {

namespace detail {

namespace {

/// Null: somebody else ran meanwhile, or it could not be told.
std::unique_ptr<reach> try_search(const goroutine& caller, const std::byte* from) {
  const std::uint64_t moment = quiet_moment();
  if (moment == 0) return nullptr;
  auto made = std::make_unique<reach>(caller, from);
  if (!made->run() || quiet_moment() != moment) made.reset();
  return made;
}

std::vector<leak> found_by(reach& search) {
  if (const std::string_view why = diag_setting("stuckwhy"); !why.empty()) search.explain(2);
  return group_goroutines([](void* arg, const goroutine& g) { return static_cast<const reach*>(arg)->is_stuck(g); },
                          &search, static_cast<std::uint32_t>(now() / 1'000'000));
}

/// What it has below its frame is not the caller's. [[gnu::noinline]]: it has a frame.
[[gnu::noinline]] bool search_below(std::chrono::milliseconds patience, std::optional<std::vector<leak>>& stuck) {
  const auto* const from = static_cast<const std::byte*>(__builtin_frame_address(0));
  const goroutine* const caller = current();
  if (caller == nullptr) panic("weft: find_stuck on a thread that is no goroutine");
  if constexpr (asan_on || tsan_on) return false;
  const nanoseconds give_up = now() + std::chrono::nanoseconds(patience).count();
  for (;;) {
    if (const auto search = try_search(*caller, from); search != nullptr) {
      stuck = found_by(*search);
      return true;
    }
    if (now() >= give_up) return false;
    pause_for(1'000'000);
  }
}

}  // namespace
}  // namespace detail

[[gnu::noinline]] std::optional<std::vector<leak>> find_stuck(std::chrono::milliseconds patience) {
  __builtin_unwind_init();
  std::optional<std::vector<leak>> stuck;
  const volatile bool told = detail::search_below(patience, stuck);  // no tail call: the frame stays
  static_cast<void>(told);
  return stuck;
}

}  // namespace weft
