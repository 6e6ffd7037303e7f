// SPDX-License-Identifier: Apache-2.0
//
// Pipes in memory.
#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "limits.hpp"
#include "streams.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
namespace io = weft::io;
using weft::spawn;
using weft::task;

WEFT_TEST("I6.1", "a pipe carries what is written to its reader, and ends when the writer is closed") {
  auto p = io::make_pipe();
  task<void> writing = spawn([&] {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(*io::write(p.writer, "line " + std::to_string(i) + "\n"), 7u);
    p.writer.close();
  });
  EXPECT_EQ(*io::read_all(p.reader), "line 0\nline 1\nline 2\nline 3\nline 4\n");
  EXPECT_EQ(*io::read_all(p.reader), "");
  writing.join();
}

WEFT_TEST("I6.1", "a write returns when all of it has been taken, in as many reads as that takes") {
  auto p = io::make_pipe();
  weft::wait_group written;
  written.add(1);
  bool done = false;
  task<void> writing = spawn([&] {
    EXPECT_EQ(*io::write(p.writer, "abcde"), 5u);
    done = true;
    written.done();
  });
  std::array<char, 2> room{};
  EXPECT_EQ(*p.reader.read(room_in(room)), 2u);
  EXPECT_EQ(*p.reader.read(room_in(room)), 2u);
  EXPECT_EQ(*p.reader.read(room_in(room)), 1u);
  written.wait();
  EXPECT_TRUE(done);
  EXPECT_EQ(room[0], 'e');
  writing.join();
}

WEFT_TEST("I6.1", "a read takes from one write only, and empty reads and writes do not wait") {
  auto p = io::make_pipe();
  EXPECT_EQ(*io::write(p.writer, ""), 0u);
  EXPECT_EQ(*p.reader.read({}), 0u);
  task<void> writing = spawn([&] {
    EXPECT_TRUE(io::write(p.writer, "ab"));
    EXPECT_TRUE(io::write(p.writer, "cd"));
  });
  std::array<char, 8> room{};
  EXPECT_EQ(*p.reader.read(room_in(room)), 2u);
  EXPECT_EQ(*p.reader.read(room_in(room)), 2u);
  writing.join();
}

WEFT_TEST("I6.2", "concurrent writes come one after the other, and none is lost") {
  auto p = io::make_pipe();
  std::vector<task<void>> writers;
  for (char c = 'a'; c < 'e'; ++c) {
    writers.push_back(spawn([&p, c] {
      for (int i = 0; i < 3; ++i) EXPECT_EQ(*io::write(p.writer, std::string(5, c)), 5u);
    }));
  }
  task<void> closing = spawn([&] {
    for (auto& each : writers) each.join();
    p.writer.close();
  });
  const std::string all = *io::read_all(io::bound(weft::background(), p.reader));
  closing.join();
  ASSERT_EQ(all.size(), 60u);
  for (std::size_t i = 0; i < all.size(); i += 5) EXPECT_EQ(all.substr(i, 5), std::string(5, all[i]));
}

WEFT_TEST("I6.2", "each byte goes to one of several readers") {
  auto p = io::make_pipe();
  weft::mutex m;
  std::string seen;
  std::vector<task<void>> readers;
  for (int i = 0; i < 3; ++i) {
    readers.push_back(spawn([&] {
      std::array<char, 3> room{};
      for (;;) {
        const auto n = p.reader.read(room_in(room));
        if (!n || *n == 0) return;
        const std::scoped_lock hold(m);
        seen.append(room.data(), *n);
      }
    }));
  }
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(io::write(p.writer, "abcdefg"));
  p.writer.close();
  for (auto& each : readers) each.join();
  EXPECT_EQ(seen.size(), 70u);
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 'g'), 10);
}

WEFT_TEST("I6.3", "a pipe closed with an error reports it to the other side, and closed to its own") {
  auto p = io::make_pipe();
  p.writer.close(broken);
  EXPECT_EQ(io::read_all(p.reader).error(), broken);
  EXPECT_EQ(io::write(p.writer, "x").error(), weft::errc::closed);
  auto q = io::make_pipe();
  q.reader.close(broken);
  EXPECT_EQ(io::write(q.writer, "x").error(), broken);
  EXPECT_EQ(io::read_all(q.reader).error(), weft::errc::closed);
}

WEFT_TEST("I6.3", "without an error, a closed writer is the end, and a closed reader is closed") {
  auto p = io::make_pipe();
  p.reader.close();
  EXPECT_EQ(io::write(p.writer, "x").error(), weft::errc::closed);
  auto q = io::make_pipe();
  q.writer.close();
  EXPECT_EQ(*io::read_all(q.reader), "");
}

WEFT_TEST("I6.3", "the first close of an end counts") {
  auto p = io::make_pipe();
  p.writer.close(broken);
  p.writer.close();
  p.writer.close(io::errc::too_long);
  EXPECT_EQ(io::read_all(p.reader).error(), broken);
  p.reader.close(io::errc::too_long);
  EXPECT_EQ(io::write(p.writer, "x").error(), weft::errc::closed);
}

WEFT_TEST("I6.3", "closing wakes all who wait at either end") {
  for (const bool at_reader : {false, true}) {
    auto p = io::make_pipe();
    std::vector<task<void>> waiting;
    for (int i = 0; i < 3; ++i) {
      if (at_reader) {
        waiting.push_back(spawn([&] { EXPECT_EQ(io::write(p.writer, "x").error(), broken); }));
      } else {
        waiting.push_back(spawn([&] { EXPECT_EQ(io::read_all(p.reader).error(), broken); }));
      }
    }
    weft::yield();
    if (at_reader)
      p.reader.close(broken);
    else
      p.writer.close(broken);
    for (auto& each : waiting) each.join();
  }
}

WEFT_TEST("I6.3", "a write of which a part was taken reports the close, too") {
  auto p = io::make_pipe();
  task<void> writing = spawn([&] { EXPECT_EQ(io::write(p.writer, "abc").error(), weft::errc::closed); });
  std::array<char, 1> room{};
  EXPECT_EQ(*p.reader.read(room_in(room)), 1u);
  p.reader.close();
  writing.join();
}

WEFT_TEST("I6.4", "reads and writes give up when their limit says so, and take part in nothing later") {
  for (const bound kind : all_bounds) {
    auto p = io::make_pipe();
    std::array<char, 4> room{};
    {
      const limiter soon(kind, 2ms);
      EXPECT_EQ(p.reader.read(soon, room_in(room)).error(), soon.reason());
    }
    {
      const limiter soon(kind, 2ms);
      EXPECT_EQ(io::write(soon, p.writer, "lost").error(), soon.reason());
    }
    task<void> writing = spawn([&] { EXPECT_EQ(*io::write(p.writer, "kept"), 4u); });
    EXPECT_EQ(*p.reader.read(room_in(room)), 4u);
    EXPECT_EQ(std::string_view(room.data(), 4), "kept");
    writing.join();
    weft::sleep_for(3ms);
  }
}

WEFT_TEST("I6.4", "a cancelled context wins over data that is there; a time that has passed does not") {
  auto p = io::make_pipe();
  std::array<char, 4> room{};
  const limiter over(bound::cancel, 0ms);
  EXPECT_EQ(io::write(over, p.writer, "x").error(), weft::errc::cancelled);
  EXPECT_EQ(p.reader.read(over, room_in(room)).error(), weft::errc::cancelled);
  EXPECT_EQ(p.reader.read_for(0ms, room_in(room)).error(), weft::errc::timed_out);
  EXPECT_EQ(p.writer.write_for(0ms, io::bytes_of("x")).error(), weft::errc::timed_out);
  EXPECT_EQ(p.reader.read_until(weft::clock::now(), room_in(room)).error(), weft::errc::timed_out);
  EXPECT_EQ(p.writer.write_until(weft::clock::now() + 1ms, io::bytes_of("x")).error(), weft::errc::timed_out);
  p.writer.close();
  EXPECT_EQ(*p.reader.read_for(0ms, room_in(room)), 0u);
}

WEFT_TEST("I6.4", "a writer whose turn does not come gives up as well") {
  auto p = io::make_pipe();
  task<void> first = spawn([&] { EXPECT_EQ(io::write(p.writer, "abc").error(), weft::errc::closed); });
  std::array<char, 1> room{};
  EXPECT_EQ(*p.reader.read(room_in(room)), 1u);
  EXPECT_EQ(p.writer.write_for(1ms, io::bytes_of("x")).error(), weft::errc::timed_out);
  p.reader.close();
  first.join();
}

WEFT_TEST("I1.3", "a bound stream gives up in each of its operations") {
  auto p = io::make_pipe();
  auto ctx = weft::with_timeout(weft::background(), 2ms);
  EXPECT_EQ(io::read_all(io::bound(ctx, p.reader)).error(), weft::errc::timed_out);
  EXPECT_EQ(io::write(io::bound(ctx, p.writer), "x").error(), weft::errc::timed_out);
}

WEFT_TEST("I6.5", "an end is closed when it is destroyed or another takes its place, and may be moved before") {
  auto p = io::make_pipe();
  {
    io::pipe_writer taken = std::move(p.writer);
    task<void> writing = spawn([w = std::move(taken)]() mutable { EXPECT_TRUE(io::write(w, "x")); });
    EXPECT_EQ(*io::read_all(p.reader), "x");
  }
  auto q = io::make_pipe();
  auto r = io::make_pipe();
  q.reader = std::move(r.reader);
  EXPECT_EQ(io::write(q.writer, "x").error(), weft::errc::closed);
  q.writer = std::move(r.writer);
  task<void> writing = spawn([&] { EXPECT_TRUE(io::write(q.writer, "y")); });
  std::array<char, 1> room{};
  EXPECT_EQ(*q.reader.read(room_in(room)), 1u);
  writing.join();
}

WEFT_TEST_WITH("I6.6", "a foreign thread may write to a pipe and read from it", .seeds = 20) {
  auto p = io::make_pipe();
  std::thread outside([&] {
    EXPECT_TRUE(io::write(p.writer, "from a thread"));
    p.writer.close();
  });
  EXPECT_EQ(*io::read_all(p.reader), "from a thread");
  weft::blocking([&] { outside.join(); });
}

WEFT_TEST("I6.6", "a chain of pipes and buffers carries everything through") {
  auto first = io::make_pipe();
  auto second = io::make_pipe();
  task<void> source = spawn([&] {
    io::buffered_writer out(first.writer, 16);
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(io::write(out, std::to_string(i) + "\n"));
    EXPECT_TRUE(out.flush());
    first.writer.close();
  });
  task<void> middle = spawn([&] {
    EXPECT_TRUE(io::copy(second.writer, first.reader));
    second.writer.close();
  });
  io::buffered_reader in(second.reader, 7);
  int sum = 0;
  for (auto line = in.read_line(); line && *line; line = in.read_line()) sum += std::stoi(std::string(**line));
  EXPECT_EQ(sum, 49 * 50 / 2);
  source.join();
  middle.join();
}

}  // namespace
