// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <stdexcept>

#include "styles.hpp"

namespace {

using namespace weft::test;

WEFT_TEST("M6.1 M14.2", "of all who call a once one runs the function, and nobody returns before it has returned") {
  weft::once o;
  int data = 0, calls = 0;
  weft::wait_group all;
  for (int g = 0; g < 10; ++g) {
    all.go([&] {
      o.call([&] {
        weft::yield();
        ++calls;
        data = 7;
        weft::yield();
      });
      EXPECT_EQ(data, 7);
    });
  }
  all.wait();
  o.call([&] { ++calls; });
  EXPECT_EQ(calls, 1);
}

WEFT_TEST("M6.2", "an exception goes to the caller who ran the function, and counts as done") {
  weft::once o;
  EXPECT_THROW(o.call([] { throw std::runtime_error("no"); }), std::runtime_error);
  o.call([] { ADD_FAILURE() << "it ran again"; });
}

WEFT_TEST("M6.2", "those who wait for a function that throws go on") {
  weft::once o;
  weft::task<void> thrower = weft::spawn([&] {
    o.call([] {
      settle();
      throw std::runtime_error("no");
    });
  });
  settle();
  weft::task<void> waits = weft::spawn([&] { o.call([] { ADD_FAILURE() << "it ran again"; }); });
  waits.join();
  EXPECT_THROW(thrower.join(), std::runtime_error);
}

WEFT_TEST("M6.3", "two onces know nothing of each other, and one may be used inside another") {
  weft::once outer, inner;
  int calls = 0;
  outer.call([&] {
    inner.call([&] { ++calls; });
    ++calls;
  });
  inner.call([&] { ++calls; });
  EXPECT_EQ(calls, 2);
}

}  // namespace
