// SPDX-License-Identifier: Apache-2.0
//
// `otherwise` means: there was one instant at which no case was ready. In these tests there is none, because something
// is made ready before what was ready goes away; a select that looks at its channels one after the other would miss
// both.
#include "styles.hpp"

namespace {

using namespace weft::test;
using weft::chan;
using weft::on_recv;
using weft::on_send;
using weft::otherwise;
using weft::select;

// One round: `handover` makes `second` ready and only then takes what is in `first`, while another goroutine looks.
template <class Handover>
void never_otherwise(int rounds, Handover handover) {
  const chan<std::size_t> looked;
  for (int i = 0; i < rounds; ++i) {
    const chan<int> first(1), second(1);
    first.send(1);
    if (i % 2 == 0) {
      weft::go([=] { looked.send(select(on_recv(first), on_recv(second), otherwise())); });
    } else {
      weft::go([=] { looked.send(select(on_recv(second), on_recv(first), otherwise())); });
    }
    handover(first, second);
    ASSERT_NE(looked.recv(), 2u) << "round " << i;
  }
}

WEFT_TEST_WITH("L3.1", "otherwise is not chosen while a value comes to one channel before another loses its own",
               .seeds = 3) {
  never_otherwise(scaled(100'000), [](const chan<int>& first, const chan<int>& second) {
    second.send(1);
    static_cast<void>(first.try_recv());
  });
}

WEFT_TEST_WITH("L3.1", "otherwise is not chosen while one channel is closed before another loses its value",
               .seeds = 3) {
  never_otherwise(scaled(100'000), [](const chan<int>& first, const chan<int>& second) {
    second.close();
    static_cast<void>(first.try_recv());
  });
}

WEFT_TEST_WITH("L3.1", "otherwise is not chosen while room comes to one channel before another is filled", .seeds = 3) {
  const chan<std::size_t> looked;
  for (int i = 0; i < scaled(20'000); ++i) {
    const chan<int> first(1), second(1), never;
    second.send(1);
    weft::go([=] { looked.send(select(on_send(first, 2), otherwise(), on_recv(never), on_send(second, 2))); });
    static_cast<void>(second.recv());
    static_cast<void>(first.try_send(1));
    ASSERT_NE(looked.recv(), 1u) << "round " << i;
  }
}

WEFT_TEST_WITH("L3.1", "a selector keeps to one instant as well", .seeds = 3) {
  const chan<bool> missed;
  for (int i = 0; i < scaled(20'000); ++i) {
    const chan<int> first(1), second(1);
    first.send(1);
    weft::go([=] {
      weft::selector s;
      s.otherwise();
      s.on_recv(first);
      s.on_recv(second);
      missed.send(s.wait() == 0);
    });
    second.send(1);
    static_cast<void>(first.try_recv());
    ASSERT_EQ(missed.recv(), false) << "round " << i;
  }
}

// The other direction: when nothing is ready for long, otherwise is what happens, and nothing is taken.
WEFT_TEST("L3.2", "otherwise changes nothing") {
  const chan<int> full(1), empty(1);
  full.send(1);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(select(on_send(full, 2), on_recv(empty), on_recv(chan<int>()), otherwise()), 3u);
  }
  EXPECT_EQ(full.len(), 1u);
  EXPECT_EQ(full.recv(), 1);
  EXPECT_EQ(empty.len(), 0u);
}

}  // namespace
