// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace weft::detail {

/// Writes what weft has chosen in this process, and why, one choice a line: for `weft doctor`. From any thread.
void print_choices(int fd);

}  // namespace weft::detail
