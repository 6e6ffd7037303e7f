// SPDX-License-Identifier: Apache-2.0
//
// What the tests of contexts share.
#pragma once

#include <chrono>
#include <system_error>

#include "styles.hpp"

namespace weft::test {

/// Whether done() is closed. Not for a context that never ends.
inline bool is_done(const context& ctx) { return ctx.done().try_recv().closed(); }

/// A bounded wait that nobody completes: returns why it gave up.
inline std::error_code wait_under(const context& ctx) {
  const detail::wait_limit limit = ctx;
  if (limit.called_off()) return detail::error_of(detail::wait_end::cancelled, limit);
  detail::wait_queue nobody_completes;
  bool message = false;
  nobody_completes.lock();
  const detail::wait_end end = nobody_completes.park_at_back(detail::wait_reason::other, nullptr, limit, message);
  nobody_completes.unlock();
  return detail::error_of(end, limit);
}

/// Checks that all ways to look at a context agree that it has ended so.
inline void expect_ended(const context& ctx, std::error_code err, const failure& cause) {
  EXPECT_TRUE(is_done(ctx));
  EXPECT_EQ(ctx.err(), err);
  EXPECT_EQ(ctx.cause(), cause) << ctx.cause().message();
  EXPECT_EQ(wait_under(ctx), err);
}
inline void expect_ended(const context& ctx, errc err) { expect_ended(ctx, err, err); }

/// The same of a scope that ends with the call.
inline void expect_ended(const cancel_scope& scope, std::error_code err, const failure& cause) {
  expect_ended(static_cast<const context&>(scope), err, cause);
}
inline void expect_ended(const cancel_scope& scope, errc err) { expect_ended(scope, err, err); }

/// And that it has not.
inline void expect_open(const context& ctx) {
  EXPECT_TRUE(ctx.done() == nullptr || ctx.done().try_recv().empty());
  EXPECT_FALSE(ctx.err());
  EXPECT_FALSE(ctx.cause());
  EXPECT_FALSE(detail::wait_limit(ctx).called_off());
}

}  // namespace weft::test
