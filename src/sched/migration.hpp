// SPDX-License-Identifier: Apache-2.0
//
// The hostile build: with WEFT_FORCE_MIGRATION every goroutine that becomes runnable goes through the global queue, so
// that it goes on on whatever worker comes by. It shakes out whatever still believes that a thread is for ever:
// cached thread-local addresses, errno, exception state. A test row, never a product.
#pragma once

namespace weft::detail {

#ifdef WEFT_FORCE_MIGRATION
inline constexpr bool force_migration = true;
#else
inline constexpr bool force_migration = false;
#endif

}  // namespace weft::detail
