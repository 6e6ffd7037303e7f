// SPDX-License-Identifier: Apache-2.0
//
// The one way to have an operation on a file done. There are two backends behind it:
//
//   uring   the process's ring (ring.hpp): no thread blocks, and the operation can be called off
//   epoll   the system call itself, in blocking(): the thread blocks and its token goes on; a limit is looked at before
//           the call only. (It has the name of the poller that it goes with.)
//
// The environment variable WEFT_IO chooses (park/io_choice.hpp). `uring` where the kernel refuses is fatal: who asks for
// something by name wants to know. A shortage of descriptors is no refusal: the call is made, and the ring is tried
// again with the next one.
//
// Also with the ring some calls are made: opens when there are many under way (ring.hpp), and what is asked for with a
// time that has passed already, if it cannot last for ever: a ring would not have done it yet when we look.
//
// Foreign threads and pinned goroutines, which have their thread for themselves, always make the call. So does engine
// sim, after a yield: an operation that goes on behind its back would end when no seed says so.
#pragma once

#include <string_view>

#include "io/ring.hpp"
#include "os/uring.hpp"
#include "weft/detail/bounded.hpp"

namespace weft::detail {

/// Done, or given up. A cancelled context wins; what it points to is not touched any more when it returns. `patient`:
/// it may take for ever.
[[nodiscard]] file_outcome perform_request(const uring_request& request, bool patient, const wait_limit& limit);

}  // namespace weft::detail
