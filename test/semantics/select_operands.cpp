// SPDX-License-Identifier: Apache-2.0
//
// Evaluation of the operands of select: channels and values once each, on entering; handlers only if chosen. Between
// braces from left to right; the order of plain arguments is what C++ says of it: nothing.
#include <algorithm>
#include <string>
#include <vector>

#include "styles.hpp"

namespace {

using namespace weft::test;
using weft::chan;
using weft::on_recv;
using weft::on_send;
using weft::otherwise;
using weft::select;

// Writes down what is evaluated.
struct notes {
  std::string text;

  const chan<int>& channel(char name, const chan<int>& c) {
    text += name;
    return c;
  }
  int value(char name, int v) {
    text += name;
    return v;
  }
};

WEFT_TEST("L1.1", "every operand is evaluated once, also of null channels and of cases that are not chosen") {
  const chan<int> null(nullptr), never, ready(1);
  for (int round = 0; round < 20; ++round) {
    notes n;
    const std::size_t chosen = select(on_recv(n.channel('a', null)), on_send(n.channel('b', null), n.value('c', 1)),
                                      on_send(n.channel('d', never), n.value('e', 2)),
                                      on_send(n.channel('f', ready), n.value('g', 3)), on_recv(n.channel('h', never)));
    EXPECT_EQ(chosen, 3u);
    EXPECT_EQ(ready.recv(), 3);
    std::sort(n.text.begin(), n.text.end());
    EXPECT_EQ(n.text, "abcdefgh");
  }
}

WEFT_TEST("L1.2", "between braces the cases are evaluated from left to right") {
  const chan<int> null(nullptr), never, ready(1);
  notes n;
  const std::size_t chosen = select(weft::cases{
      on_recv(n.channel('a', null)),
      on_send(n.channel('b', null), 1),
      on_send(never, n.value('c', 2)),
      on_send(n.channel('d', ready), 3),
      otherwise([&] { n.text += 'x'; }),
      on_recv(n.channel('e', never)),
  });
  EXPECT_EQ(chosen, 3u);
  EXPECT_EQ(n.text, "abcde");
}

WEFT_TEST("L1.2", "in braces the channel, the value and the handler of a case are evaluated in this order") {
  const chan<int> null(nullptr), ready(2);
  notes n;
  const auto handler = [&](char name) {
    n.text += name;
    return [&n] { n.text += '!'; };
  };
  const std::size_t chosen = select(weft::cases{
      on_send{n.channel('a', null), n.value('b', 1), handler('c')},
      on_recv{n.channel('d', null), handler('e')},
      on_send{n.channel('f', ready), n.value('g', 2), handler('h')},
  });
  EXPECT_EQ(chosen, 2u);
  EXPECT_EQ(n.text, "abcdefgh!");
}

WEFT_TEST("L1.2", "a counter in the operands counts in the order in which they are written between braces") {
  const chan<int> c[3] = {chan<int>(1), chan<int>(1), chan<int>(1)};
  for (int round = 0; round < 30; ++round) {
    int count = 0;
    const auto next = [&count] { return count++; };
    const std::size_t chosen = select(weft::cases{on_send(c[0], next()), on_send(c[1], next()), on_send(c[2], next())});
    EXPECT_EQ(c[chosen].recv(), static_cast<int>(chosen));
  }
}

WEFT_TEST("L1.3", "the operands are evaluated before anything is received or sent") {
  const chan<int> c(1);
  const auto operand = [&] {
    EXPECT_EQ(c.len(), 1u);
    return 5;
  };
  c.send(1);
  EXPECT_EQ(select(on_recv(c), on_send(chan<int>(nullptr), operand())), 0u);
  // A receive as the operand of a send: it comes first, and makes the room.
  c.send(2);
  EXPECT_EQ(select(on_send(c, 10 * *c.recv()), on_recv(chan<int>())), 0u);
  EXPECT_EQ(c.recv(), 20);
}

WEFT_TEST("L1.3", "the handler runs after the operation, and only the one of the case that happened") {
  const chan<int> a(1), b(1);
  std::vector<std::string> ran;
  for (int round = 0; round < 20; ++round) {
    ran.clear();
    a.send(1);
    b.send(2);
    const std::size_t chosen = select(on_recv(a,
                                              [&](std::optional<int> v) {
                                                EXPECT_EQ(a.len(), 0u);
                                                ran.push_back("a" + std::to_string(*v));
                                              }),
                                      on_recv(b, [&](std::optional<int> v) {
                                        EXPECT_EQ(b.len(), 0u);
                                        ran.push_back("b" + std::to_string(*v));
                                      }));
    EXPECT_EQ(ran, std::vector<std::string>{chosen == 0 ? "a1" : "b2"});
    static_cast<void>(chosen == 0 ? b.recv() : a.recv());
  }
}

WEFT_TEST("L1.4", "a received value goes where the handler puts it, as a value, a member, an element or nowhere") {
  struct {
    int member = 0;
  } object;
  std::vector<int> elements(3);
  int* pointer = &elements[2];
  const chan<int> c(1);
  c.send(1);
  select(on_recv(c, [&](std::optional<int> v) { object.member = *v; }));
  c.send(2);
  select(on_recv(c, [&](auto v) { elements[1] = *v; }), on_recv(chan<int>()));
  c.send(3);
  select(on_recv(c, [&](const std::optional<int>& v) { *pointer = v.value(); }), otherwise());
  c.send(4);
  EXPECT_EQ(select(on_recv(c, [] {})), 0u);
  EXPECT_EQ(object.member, 1);
  EXPECT_EQ(elements, (std::vector<int>{0, 2, 3}));
}

}  // namespace
