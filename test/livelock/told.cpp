// SPDX-License-Identifier: Apache-2.0
//
// LL3: what a report says.
#include <fcntl.h>
#include <unistd.h>

#include <mutex>

#include "watch.hpp"

using namespace weft::test;

namespace {

std::string printed;  // what the report has printed
void (weft::livelock_report::*form)(int) const noexcept;

/// Two who try, in a report that is printed in that form.
void print_one(void (weft::livelock_report::*wanted)(int) const noexcept) {
  const livelock_watch here;
  form = wanted;
  weft::on_livelock([](const weft::livelock_report& report) {
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    (report.*form)(ends[1]);
    close(ends[1]);
    char text[16384];
    printed.clear();
    for (ssize_t n; (n = read(ends[0], text, sizeof text)) > 0;) printed.append(text, static_cast<std::size_t>(n));
    close(ends[0]);
    ++reports;
  });
  weft::mutex left, right;
  weft::barrier met(2);
  const auto insist = [&](weft::mutex& own, weft::mutex& other) {
    const std::scoped_lock first(own);
    met.arrive_and_wait();
    while (!livelock_watch::told()) {
      EXPECT_FALSE(other.try_lock());
      step();
    }
    met.arrive_and_wait();
  };
  weft::wait_group both;
  both.add(1);
  weft::go({.label = "insister"}, [&] {
    insist(left, right);
    both.done();
  });
  both.go([&] { insist(right, left); });
  both.wait();
}

void expect_printed(std::initializer_list<const char*> parts) {
  for (const char* part : parts) EXPECT_NE(printed.find(part), std::string::npos) << part << " in\n" << printed;
}

}  // namespace

WEFT_TEST_WITH("LL3.1", "a report shows each goroutine, what it wants, what it holds, and where it was started",
               .seeds = 1) {
  print_one(&weft::livelock_report::print);
  expect_printed({"{insister}", "goroutine ", "told.cpp:", "  tried ", " times to lock mutex 0x", ", which goroutine ",
                  " held\n", "  holds mutex 0x"});
}

WEFT_TEST_WITH("LL3.1", "as JSON it has the same", .seeds = 1) {
  print_one(&weft::livelock_report::print_json);
  expect_printed({"{\"kind\": \"circle\", \"parties\": 2, \"lasted_ms\": ", "\"livelock\": [{\"party\": \"goroutine ",
                  "\"kind\": \"mutex\"", "\"does\": \"tries\", \"wants\": \"lock\", \"tries\": ",
                  "\"held_by\": [\"goroutine ", "\"holds\": [\"mutex 0x", "\"label\": \"insister\"", "}]}\n"});
}

WEFT_TEST_WITH("LL3.1", "as a graph it has who stands against whom", .seeds = 1) {
  print_one(&weft::livelock_report::print_graph);
  expect_printed(
      {"digraph livelock {\n", "\" -> \"goroutine ", "[label=\"tried ", "[style=dashed, label=holds];\n}\n"});
}
