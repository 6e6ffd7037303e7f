// SPDX-License-Identifier: Apache-2.0
//
// Trees of a hundred thousand contexts: neither cancelling nor freeing them goes deep into the stack, and children that
// have gone leave nothing with their parents.
#include <chrono>
#include <cstdlib>
#include <deque>
#include <memory>
#include <vector>

#include "contexts.hpp"
#include "memory_taken.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
using weft::background;
using weft::cancel_scope;
using weft::context;
using weft::errc;
using weft::with_cancel;

const int many = scaled(100'000);

/// A chain of scopes, each below the one before.
std::deque<cancel_scope> chain(const context& top) {
  std::deque<cancel_scope> scopes;
  scopes.push_back(with_cancel(top));
  while (scopes.size() < static_cast<std::size_t>(many)) scopes.push_back(with_cancel(scopes.back()));
  return scopes;
}

WEFT_TEST_WITH("X8.5", "a chain of a hundred thousand contexts is cancelled from its top", .seeds = 1) {
  const cancel_scope top = with_cancel(background());
  const std::deque<cancel_scope> scopes = chain(top);
  top.cancel();
  for (const cancel_scope& each : scopes) EXPECT_EQ(each.err(), errc::cancelled);
}

WEFT_TEST_WITH("X8.5", "a chain of a hundred thousand contexts is freed from the bottom, from the top, or at once",
               .seeds = 1) {
  std::deque<cancel_scope> upwards = chain(background());
  while (!upwards.empty()) upwards.pop_back();
  std::deque<cancel_scope> downwards = chain(background());
  while (!downwards.empty()) downwards.pop_front();
  context last = background();
  {
    std::deque<cancel_scope> scopes = chain(background());
    last = scopes.back();
  }
  EXPECT_EQ(last.err(), errc::cancelled);  // all the others are kept by this handle
  last = background();
}

WEFT_TEST_WITH("X8.5", "a hundred thousand children of one context are cancelled, or go by themselves", .seeds = 1) {
  const cancel_scope top = with_cancel(background());
  std::vector<cancel_scope> children;
  for (int i = 0; i < many; ++i) children.push_back(with_cancel(top));
  while (children.size() > static_cast<std::size_t>(many / 2)) children.pop_back();
  top.cancel();
  for (const cancel_scope& each : children) EXPECT_EQ(each.err(), errc::cancelled);
}

WEFT_TEST_WITH("X8.5", "a hundred thousand deadlines below one context are taken back with it", .seeds = 1) {
  const cancel_scope top = with_cancel(background());
  std::vector<cancel_scope> children;
  for (int i = 0; i < many; ++i) children.push_back(weft::with_timeout(top, 1h + i * 1ns));
  top.cancel();
  for (const cancel_scope& each : children) EXPECT_EQ(each.err(), errc::cancelled);
}

WEFT_TEST_WITH("X2.6 X7.3", "children and registrations that have gone leave no memory with their parent", .seeds = 1,
               .workers = {2}) {
  const cancel_scope top = with_cancel(background());
  const auto rounds = [&](int n) {
    for (int i = 0; i < n; ++i) {
      const cancel_scope child = weft::with_timeout(top, 1h);
      const auto after = weft::after_func(child, [] {});
      EXPECT_TRUE(child.done() != nullptr);
      if (i % 2 == 0) child.cancel();
    }
  };
  rounds(scaled(20'000));
  settle();
  const double before = memory_taken();
  rounds(scaled(200'000));
  settle();
  EXPECT_LT(memory_taken() - before, under_thread_sanitizer || under_address_sanitizer ? 1e9 : 4e6);
}

}  // namespace
