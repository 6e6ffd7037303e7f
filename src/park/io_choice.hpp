// SPDX-License-Identifier: Apache-2.0
//
// What the environment variable WEFT_IO says: `uring`, `epoll`, or `auto`, the default, which is uring where the kernel
// permits it. Anything else is fatal. It is looked at when the runtime starts; later changes do nothing.
#pragma once

namespace weft::detail {

struct io_choice {
  bool ring = true;      // io_uring may be used
  bool insists = false;  // and must be there for files
};

[[nodiscard]] const io_choice& chosen_io();

}  // namespace weft::detail
