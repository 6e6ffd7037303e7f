// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace weft::detail {

/// How many calls of the kernel have read or written something in this process, as it counts them. Asking counts as one
/// read, from the next time on. Nothing where it does not tell.
struct io_count {
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
};
[[nodiscard]] std::optional<io_count> count_io() noexcept;

}  // namespace weft::detail
