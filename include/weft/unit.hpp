// SPDX-License-Identifier: Apache-2.0
//
// `unit` is the value that says only that it came: the element of a channel that carries no data, Go's struct{}.
//
//     weft::chan<weft::unit> done;
//     weft::go([=] { work(); done.send({}); });
//     done.recv();
//
// An element of an empty type takes no room: chan<unit>(n) allocates no buffer, whatever n is.
#pragma once

namespace weft {

struct unit {
  friend constexpr bool operator==(unit, unit) noexcept { return true; }
};

}  // namespace weft
