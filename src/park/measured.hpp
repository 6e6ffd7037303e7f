// SPDX-License-Identifier: Apache-2.0
//
// Whether the hot paths count what they do, and look whether a wait was long. They always do, but in the build that is
// there to be measured beside the usual one (-DWEFT_MEASURED=OFF, by ./dev bench diagnosis): its metrics are empty.
// (The recorder's gate stays: its word says besides whether fences are light, which the hot paths have to ask.)
#pragma once

namespace weft::detail {

#ifdef WEFT_UNMEASURED
inline constexpr bool measured = false;
#else
inline constexpr bool measured = true;
#endif

}  // namespace weft::detail
