// SPDX-License-Identifier: Apache-2.0
//
// once_value and once_func, and calls of a once that may be given up.
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "party.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
using weft::errc;
using weft::detail::canceller;
using weft::detail::wait_limit;

WEFT_TEST("M7.1", "a once_value runs its function at the first call, and all get the same result") {
  int calls = 0;
  weft::once_value name([&] {
    ++calls;
    return std::string(50, 'x');
  });
  EXPECT_EQ(calls, 0);
  const std::string& first = name();
  EXPECT_EQ(first.size(), 50u);
  EXPECT_EQ(&name(), &first);
  EXPECT_EQ(calls, 1);
}

WEFT_TEST("M7.1", "a once_func runs its function once") {
  int calls = 0;
  weft::once_func count([&] { return ++calls; });
  EXPECT_EQ(calls, 0);
  count();
  count();
  EXPECT_EQ(calls, 1);
}

WEFT_TEST("M7.1", "a result may be a reference, or something that can only be moved") {
  int number = 1;
  weft::once_value reference([&]() -> int& { return number; });
  ++reference();
  EXPECT_EQ(number, 2);
  EXPECT_EQ(&reference(), &number);
  weft::once_value pointer([] { return std::make_unique<int>(3); });
  EXPECT_EQ(*pointer(), 3);
  EXPECT_EQ(pointer().get(), pointer().get());
}

WEFT_TEST("M7.1 M14.2", "of all who call at once one runs the function, and nobody returns before it has returned") {
  int calls = 0;
  weft::once_value slow([&] {
    weft::yield();
    ++calls;
    weft::yield();
    return 7;
  });
  weft::wait_group all;
  for (int i = 0; i < 10; ++i) all.go([&] { EXPECT_EQ(slow(), 7); });
  all.wait();
  EXPECT_EQ(calls, 1);
}

WEFT_TEST("M7.2", "an exception is thrown by every call, and is always the same object") {
  int calls = 0;
  weft::once_value fails([&]() -> int {
    ++calls;
    throw std::runtime_error("no");
  });
  std::vector<const void*> seen;
  for (int i = 0; i < 3; ++i) {
    try {
      fails();
      ADD_FAILURE() << "nothing was thrown";
    } catch (const std::runtime_error& e) {
      EXPECT_STREQ(e.what(), "no");
      seen.push_back(&e);
    }
  }
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_EQ(seen[0], seen[2]);
  EXPECT_EQ(calls, 1);
}

WEFT_TEST("M7.2", "those who wait for a function that throws get its exception too") {
  weft::once_func fails([] {
    settle();
    throw 42;
  });
  std::vector<weft::task<void>> callers;
  for (int i = 0; i < 5; ++i) callers.push_back(weft::spawn([&] { EXPECT_THROW(fails(), int); }));
  for (weft::task<void>& each : callers) each.join();
  EXPECT_THROW(fails(), int);
}

WEFT_TEST("M7.3", "the function is destroyed when it has run, before any call returns") {
  const auto token = std::make_shared<int>(1);
  weft::once_value value([token] { return *token; });
  EXPECT_EQ(token.use_count(), 2);
  weft::wait_group all;
  for (int i = 0; i < 5; ++i) {
    all.go([&] {
      EXPECT_EQ(value(), 1);
      EXPECT_EQ(token.use_count(), 1);
    });
  }
  all.wait();
  weft::once_func fails([token] { throw 1; });
  EXPECT_THROW(fails(), int);
  EXPECT_EQ(token.use_count(), 1);
}

WEFT_TEST("M7.3", "a function that is never called is destroyed with its object") {
  const auto token = std::make_shared<int>(1);
  {
    const weft::once_func unused([token] { ADD_FAILURE() << "nobody asked for it"; });
  }
  EXPECT_EQ(token.use_count(), 1);
}

WEFT_TEST("M7.4", "a goexit in the function ends the goroutine that ran it, and releases the function") {
  const auto token = std::make_shared<int>(1);
  weft::once_func leaves([token] { weft::goexit(); });
  bool went_on = false;
  weft::spawn([&] {
    leaves();
    went_on = true;
  }).join();
  EXPECT_FALSE(went_on);
  EXPECT_EQ(token.use_count(), 1);
}

WEFT_TEST("M7.1", "threads and goroutines share a once_value") {
  weft::once_value shared([] {
    weft::sleep_for(1ms);
    return 5;
  });
  partner thread(party::thread, [&] { EXPECT_EQ(shared(), 5); });
  partner goroutine(party::goroutine, [&] { EXPECT_EQ(shared(), 5); });
  EXPECT_EQ(shared(), 5);
}

WEFT_TEST("M6.5", "a call with a limit waits for another's function no longer than that") {
  weft::once o;
  canceller c;
  const weft::chan<int> go_on;
  weft::task<void> first = weft::spawn([&] { o.call([&] { go_on.recv(); }); });
  settle();
  const auto never = [] { ADD_FAILURE() << "it ran again"; };
  EXPECT_EQ(o.call_for(1ms, never).error(), errc::timed_out);
  EXPECT_EQ(o.call_for(0ms, never).error(), errc::timed_out);
  EXPECT_EQ(o.call_until(weft::clock::now() + 1ms, never).error(), errc::timed_out);
  const pending called_off([&] { EXPECT_EQ(o.call(wait_limit{.by = &c}, never).error(), errc::cancelled); });
  const pending patient([&] { EXPECT_TRUE(o.call_for(1h, never)); });
  c.cancel(errc::cancelled);
  EXPECT_TRUE(called_off.ended());
  EXPECT_TRUE(patient.waits());
  go_on.send(1);
  EXPECT_TRUE(patient.ended());
  first.join();
  EXPECT_TRUE(o.call_for(0ms, never));
  EXPECT_EQ(o.call(wait_limit{.by = &c}, never).error(), errc::cancelled);
}

WEFT_TEST("M6.5", "who comes first runs the function, whatever the limit, unless the context was cancelled before") {
  weft::once o;
  canceller c;
  c.cancel(errc::cancelled);
  int calls = 0;
  EXPECT_EQ(o.call(wait_limit{.by = &c}, [&] { ++calls; }).error(), errc::cancelled);
  EXPECT_EQ(calls, 0);
  EXPECT_TRUE(o.call_for(0ms, [&] { ++calls; }));
  EXPECT_EQ(calls, 1);
}

}  // namespace
