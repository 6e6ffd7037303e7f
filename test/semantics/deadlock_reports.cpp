// SPDX-License-Identifier: Apache-2.0
//
// What a report shows, asked for by dump_goroutines. The reports that end a process: test/crash/deadlock_*.cpp and
// quit_*.cpp.
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <regex>
#include <string>

#include "harness.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;
using weft::chan;
using weft::unit;

/// What dump_goroutines prints.
std::string dump() {
  const int fd = memfd_create("dump", 0);
  EXPECT_GE(fd, 0);
  weft::dump_goroutines(fd);
  std::string text(static_cast<std::size_t>(lseek(fd, 0, SEEK_END)), '\0');
  EXPECT_EQ(pread(fd, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  close(fd);
  return text;
}

bool has(const std::string& text, const std::string& pattern) {
  return std::regex_search(text, std::regex(pattern, std::regex::ECMAScript | std::regex::multiline));
}

std::size_t count_of(const std::string& text, const std::string& piece) {
  std::size_t n = 0;
  for (std::size_t at = text.find(piece); at != std::string::npos; at = text.find(piece, at + 1)) ++n;
  return n;
}

WEFT_TEST("D5.1", "a dump names what each goroutine waits for") {
  const chan<int> c;
  const chan<int> full(1);
  const chan<unit> stop;
  weft::mutex m;
  weft::wait_group ended;
  weft::wait_group counted;
  counted.add(1);
  full.send(1);
  m.lock();
  ended.go([=] { c.recv(); });
  ended.go([=] { full.send(2); });
  ended.go([=] { weft::select(weft::on_recv(c), weft::on_recv(stop)); });
  ended.go([] { weft::sleep_for(50ms); });
  ended.go([&m] { const std::scoped_lock hold(m); });
  ended.go([&counted] { counted.wait(); });
  weft::testing::settle();
  const std::string text = dump();
  EXPECT_TRUE(has(text, R"(^goroutine \d+ \[chan receive, 0x[0-9a-f]+, \d+ ms\]:$)")) << text;
  EXPECT_TRUE(has(text, R"(^goroutine \d+ \[chan send, 0x[0-9a-f]+, \d+ ms\]:$)")) << text;
  EXPECT_TRUE(has(text, R"(^goroutine \d+ \[select, .*\d+ ms\]:$)")) << text;
  EXPECT_TRUE(has(text, R"(^goroutine \d+ \[sleep, .*\d+ ms\]:$)")) << text;
  EXPECT_TRUE(has(text, R"(^goroutine \d+ \[sync\.Mutex\.Lock, 0x[0-9a-f]+, \d+ ms\]:$)")) << text;
  EXPECT_TRUE(has(text, R"(^goroutine \d+ \[sync\.WaitGroup\.Wait, 0x[0-9a-f]+, \d+ ms\]:$)")) << text;
  EXPECT_EQ(count_of(text, "deadlock_reports.cpp:"), 0u + 6);
  stop.close();
  c.close();
  m.unlock();
  counted.done();
  EXPECT_EQ(full.recv(), 1);
  EXPECT_EQ(full.recv(), 2);
  ended.wait();
}

WEFT_TEST("D5.2", "a dump begins with the goroutine that asks, which is running") {
  const std::string text = dump();
  EXPECT_TRUE(has(text, R"(^\ngoroutine 1 \[running\]:\n)")) << text;
}

[[gnu::noinline]] void wait_in_a_function_with_a_name(const chan<unit>& gate) {
  gate.recv();
  asm volatile("" ::: "memory");  // no tail call
}

WEFT_TEST_WITH("D5.3", "a dump shows the functions in which a goroutine waits, and where it was started", .seeds = 5) {
  const chan<unit> gate;
  weft::wait_group done;
  const int line = __LINE__ + 1;
  done.go([=] { wait_in_a_function_with_a_name(gate); });
  weft::testing::settle();
  const std::string text = dump();
  EXPECT_TRUE(has(text, "wait_in_a_function_with_a_name")) << text;
  EXPECT_TRUE(has(text, "started at .*deadlock_reports\\.cpp:" + std::to_string(line) + "$")) << text;
  gate.close();
  done.wait();
}

WEFT_TEST("D5.4 G5", "a goroutine's label stands in its line; a goroutine does not inherit one") {
  const chan<unit> gate;
  const chan<unit> started;
  weft::go({.label = "the labelled one"}, [=] {
    weft::go([=] { gate.recv(); });
    started.send({});
    gate.recv();
  });
  started.recv();
  weft::testing::settle();
  const std::string text = dump();
  EXPECT_TRUE(has(text, R"(^goroutine \d+ \[chan receive, .*\] \{the labelled one\}:$)")) << text;
  EXPECT_EQ(count_of(text, "the labelled one"), 1u) << text;
  gate.close();
}

WEFT_TEST_WITH("D5.5 W10", "a dump shows as many goroutines as num_goroutine counts", .seeds = 20) {
  const chan<unit> gate;
  weft::wait_group all;
  for (int i = 0; i < 37; ++i) all.go([=] { gate.recv(); });
  weft::testing::settle();
  const std::string text = dump();
  EXPECT_EQ(count_of(text, "\ngoroutine "), weft::num_goroutine());
  EXPECT_EQ(weft::num_goroutine(), 38u);
  gate.close();
  all.wait();
}

WEFT_TEST_WITH("D5.6", "a dump may be asked for at any time while everything runs", .on = weft::test::sched_only) {
  std::atomic<bool> stop{false};
  weft::wait_group all;
  const chan<int> c;
  for (int i = 0; i < 4; ++i) {
    all.go([&stop, c] {
      while (!stop) weft::select(weft::on_send(c, 1), weft::on_recv(c), weft::otherwise([] { weft::yield(); }));
    });
    all.go([&stop] {
      while (!stop) {
        weft::wait_group inner;
        inner.go([] { weft::sleep_for(10us); });
        inner.wait();
      }
    });
  }
  for (int i = 0; i < 30; ++i) {
    EXPECT_TRUE(has(dump(), R"(goroutine 1 \[running\])"));
    weft::yield();
  }
  stop = true;
  all.wait();
}

WEFT_TEST_WITH("D5.7", "how long a goroutine has waited is in its line", .seeds = 10, .workers = {1, 2}) {
  const chan<unit> gate;
  weft::wait_group done;
  done.go([=] { gate.recv(); });
  weft::sleep_for(60ms);
  std::smatch match;
  const std::string text = dump();
  ASSERT_TRUE(std::regex_search(text, match, std::regex(R"(chan receive, 0x[0-9a-f]+, (\d+) ms\])"))) << text;
  EXPECT_GE(std::stoi(match[1]), 40);
  gate.close();
  done.wait();
}

}  // namespace
