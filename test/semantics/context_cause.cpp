// SPDX-License-Identifier: Apache-2.0
//
// Why a context has ended: the 23 rows of Go's TestCause. Three of them are about contexts of the program's own making,
// which weft does not have; a stop token stands for these.
#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "contexts.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
using weft::background;
using weft::cancel_scope;
using weft::context;
using weft::errc;
using weft::failure;
using weft::with_cancel;
using weft::with_timeout;

const failure none;
const failure of_parent(std::make_error_code(std::errc::io_error));
const failure of_child(std::make_error_code(std::errc::broken_pipe));
const failure too_slow(std::make_error_code(std::errc::stream_timeout));
const failure finished_early(std::make_error_code(std::errc::interrupted));

/// A context and the scopes that it takes.
struct made {
  std::vector<cancel_scope> scopes;
  std::optional<context> at{};  // else the last scope

  [[nodiscard]] const context& ctx() const { return at ? *at : scopes.back(); }
};

made tree(cancel_scope parent, const std::function<cancel_scope(const context&)>& child) {
  made m;
  m.scopes.push_back(std::move(parent));
  m.scopes.push_back(child(m.scopes[0]));
  return m;
}

made two() {
  return tree(with_cancel(background()), [](const context& c) { return with_cancel(c); });
}

made one(cancel_scope scope) {
  made m;
  m.scopes.push_back(std::move(scope));
  return m;
}

struct row {
  const char* what;
  made (*make)();
  std::error_code err;
  failure cause;
};

const row rows[] = {
    {"background",
     [] {
       return made{{}, background()};
     },
     {},
     none},
    {"todo",
     [] {
       return made{{}, weft::todo()};
     },
     {},
     none},
    {"with_cancel",
     [] {
       made m = one(with_cancel(background()));
       m.scopes[0].cancel();
       return m;
     },
     errc::cancelled, errc::cancelled},
    {"with_cancel_cause",
     [] {
       made m = one(weft::with_cancel_cause(background()));
       m.scopes[0].cancel(of_parent);
       return m;
     },
     errc::cancelled, of_parent},
    {"with_cancel_cause, none",
     [] {
       made m = one(weft::with_cancel_cause(background()));
       m.scopes[0].cancel(none);
       return m;
     },
     errc::cancelled, errc::cancelled},
    {"the parent's before the child's",
     [] {
       made m = two();
       m.scopes[0].cancel(of_parent);
       m.scopes[1].cancel(of_child);
       return m;
     },
     errc::cancelled, of_parent},
    {"the parent's after the child's",
     [] {
       made m = two();
       m.scopes[1].cancel(of_child);
       m.scopes[0].cancel(of_parent);
       return m;
     },
     errc::cancelled, of_child},
    {"the parent's before none",
     [] {
       made m = two();
       m.scopes[0].cancel(of_parent);
       m.scopes[1].cancel();
       return m;
     },
     errc::cancelled, of_parent},
    {"the parent's after none",
     [] {
       made m = two();
       m.scopes[1].cancel();
       m.scopes[0].cancel(of_parent);
       return m;
     },
     errc::cancelled, errc::cancelled},
    {"the child's after none",
     [] {
       made m = two();
       m.scopes[0].cancel();
       m.scopes[1].cancel(of_child);
       return m;
     },
     errc::cancelled, errc::cancelled},
    {"the child's before none",
     [] {
       made m = two();
       m.scopes[1].cancel(of_child);
       m.scopes[0].cancel();
       return m;
     },
     errc::cancelled, of_child},
    {"with_timeout", [] { return one(with_timeout(background(), 0s)); }, errc::timed_out, errc::timed_out},
    {"with_timeout, cancelled",
     [] {
       made m = one(with_timeout(background(), 1h));
       m.scopes[0].cancel();
       return m;
     },
     errc::cancelled, errc::cancelled},
    {"with_timeout and a cause", [] { return one(with_timeout(background(), 0s, too_slow)); }, errc::timed_out,
     too_slow},
    {"with_timeout and a cause, cancelled",
     [] {
       made m = one(with_timeout(background(), 1h, too_slow));
       m.scopes[0].cancel();
       return m;
     },
     errc::cancelled, errc::cancelled},
    {"with_timeout and a cause, below another",
     [] { return tree(with_cancel(background()), [](const context& c) { return with_timeout(c, 0s, too_slow); }); },
     errc::timed_out, too_slow},
    {"with_timeout and a cause, below one that is cancelled",
     [] {
       made m = tree(with_cancel(background()), [](const context& c) { return with_timeout(c, 1h, too_slow); });
       m.scopes[0].cancel(finished_early);
       return m;
     },
     errc::cancelled, finished_early},
    {"without_cancel",
     [] {
       return made{{}, weft::without_cancel(background())};
     },
     {},
     none},
    {"without_cancel of one that is cancelled",
     [] {
       made m = one(with_cancel(background()));
       m.at = weft::without_cancel(m.scopes[0]);
       m.scopes[0].cancel(finished_early);
       return m;
     },
     {},
     none},
    {"without_cancel of one that has timed out",
     [] {
       made m = one(with_timeout(background(), 0s, too_slow));
       m.at = weft::without_cancel(m.scopes[0]);
       m.scopes[0].cancel();
       return m;
     },
     {},
     none},
};

WEFT_TEST_WITH("X4.1", "the first cancel up the tree decides reason and cause: Go's table", .seeds = 10) {
  EXPECT_EQ(std::size(rows), 20u);
  for (const row& r : rows) {
    const made m = r.make();
    EXPECT_EQ(m.ctx().err(), r.err) << r.what;
    EXPECT_EQ(m.ctx().cause(), r.cause) << r.what;
    if (r.err) {
      expect_ended(m.ctx(), r.err, r.cause);
    } else {
      expect_open(m.ctx());
    }
  }
}

WEFT_TEST("X4.1 X9.1", "a context that follows something else takes the cause of whichever comes first") {
  for (const int when : {0, 1, 2}) {  // never, before the parent, after it
    std::stop_source outside;
    const cancel_scope parent = with_cancel(background());
    const weft::stop_token_scope follower = weft::with_stop_token(parent, outside.get_token());
    const cancel_scope child = with_cancel(follower);
    if (when == 1) outside.request_stop();
    parent.cancel(of_parent);
    if (when == 2) outside.request_stop();
    expect_ended(child, errc::cancelled, when == 1 ? failure(errc::cancelled) : of_parent);
  }
}

WEFT_TEST_WITH("X4.2", "when the deadline passes, the cause is what was given for that", .seeds = 20) {
  const cancel_scope ctx = with_timeout(background(), 1ms, too_slow);
  const cancel_scope child = with_cancel(ctx);
  child.done().recv();
  expect_ended(ctx, errc::timed_out, too_slow);
  expect_ended(child, errc::timed_out, too_slow);
}

WEFT_TEST("X4.3", "a cause may be an exception, which is the same object wherever it is seen") {
  const cancel_scope ctx = with_cancel(background());
  const cancel_scope child = with_cancel(ctx);
  const failure why = failure::of(std::out_of_range("beyond"));
  ctx.cancel(why);
  EXPECT_EQ(child.cause(), why);
  EXPECT_EQ(child.cause().message(), "beyond");
  EXPECT_THROW(child.cause().rethrow(), std::out_of_range);
  EXPECT_EQ(child.err(), errc::cancelled);
}

WEFT_TEST("X4.4", "a failure is a code, an exception or none, and says so") {
  EXPECT_FALSE(none);
  EXPECT_EQ(none.message(), "");
  EXPECT_FALSE(failure(std::error_code()));
  EXPECT_FALSE(failure(std::exception_ptr()));
  EXPECT_EQ(failure(std::error_code()), none);

  const failure code = errc::timed_out;
  EXPECT_TRUE(code);
  EXPECT_EQ(code.code(), errc::timed_out);
  EXPECT_EQ(code.exception(), nullptr);
  EXPECT_EQ(code.message(), "context deadline exceeded");
  EXPECT_THROW(code.rethrow(), std::system_error);
  EXPECT_EQ(code, failure(errc::timed_out));
  EXPECT_NE(code, failure(errc::cancelled));

  const failure number = failure::of(42);
  EXPECT_TRUE(number);
  EXPECT_EQ(number.code(), std::error_code());
  EXPECT_EQ(number.message(), "an exception that is no std::exception");
  EXPECT_THROW(number.rethrow(), int);
  EXPECT_EQ(number, failure(number.exception()));
  EXPECT_NE(number, failure::of(42));
  EXPECT_NE(number, code);
}

}  // namespace
