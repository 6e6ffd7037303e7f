// SPDX-License-Identifier: Apache-2.0
// floor 2
//
// Waiting until a descriptor changes. Whoever has a descriptor that would block registers it once (start_watching),
// and from then on every operation is
//
//     for (;;) {
//       const std::uint32_t seen = changes_of(id, readiness::readable);
//       ... the system call; done unless it says EAGAIN ...
//       const watch_end end = wait_change(id, readiness::readable, seen, limit);
//       if (end != watch_end::ready) ...
//     }
//
// so that the steady state costs no further system call, a change that comes between the call and the wait is not
// missed, and one that came before the call wakes nobody in vain. Any number of parties may wait in each direction; a
// change wakes all of them.
//
// Identity. A descriptor's number is used again as soon as it is closed. Each registration of a number has a
// generation, which the kernel hands back with every event: what comes late for an earlier one is dropped (N5). A
// number that is registered anew, because somebody has closed the descriptor behind its owner's back, ends the waits of
// the earlier registration: `closed`.
//
// wait_fd is for descriptors of others, such as those of a database's client library, about whose life we know nothing:
// it needs no registration and costs a system call each time, which also tells whether the descriptor is ready now.
//
// Errors of the system are values: no memory, or too many descriptors, is no reason to end a program.
#pragma once

#include <cstdint>
#include <system_error>

#include "weft/detail/bounded.hpp"

namespace weft::detail {

enum class readiness : std::uint8_t { readable, writable };

struct wanted_read;
struct watched;  // the place of a descriptor's number; never freed

/// Names a registration. The default names none.
struct watch_id {
  watched* at = nullptr;
  std::uint32_t generation = 0;
};

enum class watch_end : std::uint8_t { ready, timed_out, cancelled, closed };

/// Registers the descriptor, which must stay open until stop_watching(). Returns 0 or errno: EPERM if this kind of file
/// is always ready (a regular file), EMFILE, ENFILE, ENOMEM or ENOSPC (the limit of watches) if there is no room.
[[nodiscard]] int start_watching(int fd, watch_id& id) noexcept;

/// Ends the registration and wakes all who wait: `closed`. Without effect if it has ended already.
void stop_watching(watch_id id) noexcept;

/// A number that grows when the descriptor has become ready in this direction: to be read before a system call is
/// tried. The id must be a registration's, which may have ended.
[[nodiscard]] std::uint32_t changes_of(watch_id id, readiness what) noexcept;

/// Blocks until changes_of() is no longer `seen`, or until the registration or the limit ends. If it is `ready` what is
/// wanted may have been done meanwhile (park/watched.hpp).
[[nodiscard]] watch_end wait_change(watch_id id, readiness what, std::uint32_t seen, const wait_limit& limit,
                                    wanted_read* wanted = nullptr);

/// Counts as a change in both directions: those who wait look again. For deadlines that are changed meanwhile.
void announce_change(watch_id id) noexcept;

/// Blocks until the descriptor is ready, or may be: errors and the end of the other side count, and whoever calls tries
/// its system call and, if that says EAGAIN, waits again. Zero, or why not: the limit's reason, EPERM for a file that
/// is always ready, EBADF, the errors of start_watching. EBADF also ends a wait when the number is found to belong to
/// another file than when it began.
[[nodiscard]] std::error_code wait_fd(int fd, readiness what, const wait_limit& limit = {});

}  // namespace weft::detail
