// SPDX-License-Identifier: Apache-2.0
//
// Files: closing, giving up, pipes.
#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <utility>

#include "limits.hpp"
#include "scratch.hpp"
#include "streams.hpp"
#include "weft/testing.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
namespace io = weft::io;
using io::open_mode;
using weft::errc;
using weft::spawn;
using weft::task;

bool is_open(int fd) { return fcntl(fd, F_GETFD) >= 0; }

/// Both ends of a pipe, as files that are waited for.
struct file_pipe {
  io::file reader, writer;
  file_pipe() {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    reader = io::file::adopt(ends[0]);
    writer = io::file::adopt(ends[1]);
  }
};

WEFT_TEST_WITH("FS6.1", "after close every operation says closed, and the descriptor is free", .seeds = 5) {
  const scratch dir;
  auto f = io::open(dir / "f", open_mode::read_write | open_mode::create);
  const int fd = f->native_handle();
  EXPECT_TRUE(f->is_open() && is_open(fd));
  EXPECT_TRUE(f->close());
  EXPECT_FALSE(f->is_open() || is_open(fd));
  EXPECT_EQ(f->native_handle(), -1);
  std::array<char, 4> room{};
  EXPECT_EQ(f->close().error(), errc::closed);
  EXPECT_EQ(f->read(room_in(room)).error(), errc::closed);
  EXPECT_EQ(io::write(*f, "x").error(), errc::closed);
  EXPECT_EQ(f->read_at(0, room_in(room)).error(), errc::closed);
  EXPECT_EQ(f->write_at(0, io::bytes_of("x")).error(), errc::closed);
  EXPECT_EQ(f->seek(0).error(), errc::closed);
  EXPECT_EQ(f->truncate(0).error(), errc::closed);
  EXPECT_EQ(f->sync().error(), errc::closed);
  EXPECT_EQ(f->sync_data().error(), errc::closed);
  EXPECT_EQ(f->status().error(), errc::closed);
}

WEFT_TEST_WITH("FS6.1", "a file that was never opened, or moved away, is closed", .seeds = 5) {
  io::file f;
  std::array<char, 4> room{};
  EXPECT_EQ(f.read(room_in(room)).error(), errc::closed);
  EXPECT_EQ(f.close().error(), errc::closed);
  EXPECT_FALSE(f.is_open());
  auto null = io::open("/dev/null", open_mode::read_write);
  f = *std::move(null);
  EXPECT_TRUE(io::write(f, "x"));
  EXPECT_EQ(io::write(*null, "x").error(), errc::closed);
}

WEFT_TEST_WITH("FS6.2", "the destructor closes, and so does assignment", .seeds = 5) {
  int fd = -1;
  {
    auto f = io::open("/dev/null");
    fd = f->native_handle();
    EXPECT_TRUE(is_open(fd));
  }
  EXPECT_FALSE(is_open(fd));
  auto f = io::open("/dev/null");
  fd = f->native_handle();
  *f = io::file();
  EXPECT_FALSE(is_open(fd));
}

WEFT_TEST_WITH("FS6.3", "close wakes who waits for a pipe", .seeds = 20) {
  file_pipe p, q;
  const int fd = p.reader.native_handle();
  task<void> reading = spawn([&] {
    std::array<char, 4> room{};
    EXPECT_EQ(p.reader.read(room_in(room)).error(), errc::closed);
  });
  task<void> second = spawn([&] {
    std::array<char, 4> room{};
    EXPECT_EQ(p.reader.read(room_in(room)).error(), errc::closed);
  });
  task<void> writing =
      spawn([&] { EXPECT_EQ(io::write(q.writer, std::string(1'000'000, 'x')).error(), errc::closed); });
  weft::testing::settle();
  EXPECT_TRUE(q.writer.close());
  writing.join();
  EXPECT_TRUE(p.reader.close());
  reading.join();
  second.join();
  EXPECT_FALSE(is_open(fd));
}

WEFT_TEST_WITH("FS6.3", "of many who close, read and write at once each is told the truth", .seeds = 20) {
  const scratch dir;
  auto f = io::open(dir / "f", open_mode::read_write | open_mode::create);
  weft::wait_group all;
  std::atomic<int> closed{0};
  for (int i = 0; i < 20; ++i) {
    all.go([&, i] {
      std::array<char, 4> room{};
      if (i % 5 == 4) {
        if (f->close()) ++closed;
        return;
      }
      const auto n = i % 2 == 0 ? f->read_at(0, room_in(room)) : f->write_at(0, io::bytes_of("data"));
      EXPECT_TRUE(n || n.error() == errc::closed) << n.error();
    });
  }
  all.wait();
  EXPECT_EQ(closed, 1);
}

WEFT_TEST_WITH("FS6.4", "reading from a pipe and writing to it wait, and take no thread", .seeds = 10) {
  file_pipe p;
  const std::string big(300'000, 'x');
  task<void> writing = spawn([&] {
    EXPECT_EQ(*io::write(p.writer, big), big.size());
    EXPECT_TRUE(p.writer.close());
  });
  EXPECT_EQ(io::read_all(p.reader)->size(), big.size());
  writing.join();
}

WEFT_TEST_WITH("FS6.5", "a pipe without readers is broken_pipe and no signal, and another SIGPIPE stays pending",
               .seeds = 3) {
  file_pipe p;
  EXPECT_TRUE(p.reader.close());
  EXPECT_EQ(io::write(p.writer, "x").error(), std::errc::broken_pipe);
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  io::file blocking_end = io::file::adopt(ends[1]);
  close(ends[0]);
  EXPECT_EQ(io::write(blocking_end, "x").error(), std::errc::broken_pipe);
}

WEFT_TEST_WITH("FS9.1", "a read or write of a pipe gives up when its limit says so, and nothing is lost", .seeds = 10) {
  for (const bound kind : all_bounds) {
    file_pipe p;
    std::array<char, 8> room{};
    {
      const limiter soon(kind, 2ms);
      EXPECT_EQ(p.reader.read(soon, room_in(room)).error(), soon.reason());
    }
    EXPECT_TRUE(io::write(p.writer, "kept"));
    EXPECT_EQ(*p.reader.read(room_in(room)), 4u);
    {
      const limiter soon(kind, 2ms);
      EXPECT_EQ(io::write(soon, p.writer, std::string(1'000'000, 'x')).error(), soon.reason());
    }
    weft::sleep_for(3ms);
  }
}

WEFT_TEST_WITH("FS9.1", "who waits for his turn gives up as well", .seeds = 10) {
  file_pipe p;
  task<void> first = spawn([&] {
    std::array<char, 4> room{};
    EXPECT_EQ(*p.reader.read(room_in(room)), 1u);
  });
  weft::testing::settle();
  std::array<char, 4> room{};
  EXPECT_EQ(p.reader.read_for(1ms, room_in(room)).error(), errc::timed_out);
  EXPECT_EQ(p.reader.read_until(weft::clock::now() + 1ms, room_in(room)).error(), errc::timed_out);
  EXPECT_TRUE(io::write(p.writer, "x"));
  first.join();
}

WEFT_TEST_WITH("FS9.2", "a context that is cancelled wins, and nothing happens", .seeds = 5) {
  const scratch dir;
  const limiter over(bound::cancel, 0ms);
  EXPECT_TRUE(io::write_file(dir / "f", "kept"));
  EXPECT_EQ(io::open(over, dir / "new", open_mode::write | open_mode::create).error(), errc::cancelled);
  EXPECT_EQ(io::status(over, dir / "f").error(), errc::cancelled);
  EXPECT_EQ(io::remove(over, dir / "f").error(), errc::cancelled);
  EXPECT_EQ(io::rename(over, dir / "f", dir / "g").error(), errc::cancelled);
  EXPECT_EQ(io::make_directory(over, dir / "d").error(), errc::cancelled);
  EXPECT_EQ(io::list_directory(over, dir.path()).error(), errc::cancelled);
  EXPECT_EQ(io::read_file(over, dir / "f").error(), errc::cancelled);
  EXPECT_EQ(io::write_file(over, dir / "f", "other").error(), errc::cancelled);
  auto f = io::open(dir / "f", open_mode::read_write);
  std::array<char, 4> room{};
  EXPECT_EQ(f->read(over, room_in(room)).error(), errc::cancelled);
  EXPECT_EQ(io::write(over, *f, "other").error(), errc::cancelled);
  EXPECT_EQ(f->read_at(over, 0, room_in(room)).error(), errc::cancelled);
  EXPECT_EQ(f->write_at(over, 0, io::bytes_of("other")).error(), errc::cancelled);
  EXPECT_EQ(f->sync(over).error(), errc::cancelled);
  EXPECT_EQ(f->status(over).error(), errc::cancelled);
  EXPECT_EQ(io::list_directory(dir.path())->size(), 1u);
  EXPECT_EQ(*io::read_file(dir / "f"), "kept");
}

WEFT_TEST_WITH("FS9.3", "a limit that does not come changes nothing", .seeds = 5) {
  const scratch dir;
  for (const bound kind : all_bounds) {
    const limiter later(kind, 1h);
    EXPECT_TRUE(io::write_file(later, dir / "f", "text"));
    EXPECT_EQ(*io::read_file(later, dir / "f"), "text");
    EXPECT_TRUE(io::rename(later, dir / "f", dir / "g"));
    EXPECT_EQ(io::status(later, dir / "g")->size, 4u);
    EXPECT_TRUE(io::remove(later, dir / "g"));
  }
}

WEFT_TEST_WITH("FS6.6", "opening a FIFO waits for its other end, and then carries what is written", .on = sched_only,
               .workers = {1, 4}) {
  const scratch dir;
  ASSERT_EQ(mkfifo((dir / "fifo").c_str(), 0600), 0);
  task<void> writing = spawn([&] {
    auto to = io::open(dir / "fifo", open_mode::write);
    ASSERT_TRUE(to);
    EXPECT_TRUE(io::write(*to, "through a fifo"));
  });
  auto from = io::open(dir / "fifo");
  ASSERT_TRUE(from);
  EXPECT_EQ(*io::read_all(*from), "through a fifo");
  writing.join();
}

WEFT_TEST_WITH("FS9.4", "a foreign thread uses files as a goroutine does", .seeds = 5) {
  const scratch dir;
  std::thread outside([&] {
    EXPECT_TRUE(io::write_file(dir / "f", "from outside"));
    EXPECT_EQ(*io::read_file(dir / "f"), "from outside");
    auto f = io::open(dir / "f");
    EXPECT_EQ(f->status()->size, 12u);
  });
  weft::blocking([&] { outside.join(); });
  EXPECT_EQ(*io::read_file(dir / "f"), "from outside");
}

WEFT_TEST_WITH("FS9.4", "a pinned goroutine uses files, too", .seeds = 3) {
  const scratch dir;
  const weft::pin here;
  EXPECT_TRUE(io::write_file(dir / "f", "pinned"));
  EXPECT_EQ(*io::read_file(dir / "f"), "pinned");
}

}  // namespace
