// SPDX-License-Identifier: Apache-2.0
//
// Files and pipes that keep one waiting, and what that must not hold up.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include "scratch.hpp"
#include "streams.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
namespace io = weft::io;

constexpr weft::detail::wait_limit passed{.until = 0};

WEFT_TEST_WITH("FS11.7", "hundreds that open a FIFO to which nobody comes keep no other file waiting", .on = sched_only,
               .workers = {4}) {
  const scratch dir;
  const std::string fifo = dir / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  constexpr int count = 300;  // more than the kernel has threads for
  std::atomic<int> begun{0};
  std::atomic<int> opened{0};
  weft::wait_group all;
  for (int i = 0; i < count; ++i) {
    all.go([&] {
      ++begun;
      EXPECT_TRUE(io::open(fifo));
      ++opened;
    });
  }
  while (begun != count) weft::yield();
  EXPECT_TRUE(io::write_file(dir / "f", "content"));
  EXPECT_EQ(*io::read_file(dir / "f"), "content");
  EXPECT_EQ(opened, 0);
  const int other_end = open(fifo.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
  all.wait();
  close(other_end);
}

WEFT_TEST_WITH("FS9.10", "a limit ends the reading and writing of a pipe that blocks and belongs to others, too",
               .seeds = 5) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  auto reader = io::file::adopt(ends[0]);
  auto writer = io::file::adopt(ends[1]);
  std::string much(1'000'000, 'x');
  EXPECT_EQ(reader.read_for(2ms, room_in(much)).error(), weft::errc::timed_out);
  EXPECT_EQ(writer.write_for(10ms, io::bytes_of(much)).error(), weft::errc::timed_out);
  auto ctx = weft::with_timeout(weft::background(), 2ms);
  EXPECT_EQ(writer.write(ctx, io::bytes_of(much)).error(), weft::errc::timed_out);
  EXPECT_GT(*reader.read_for(10s, room_in(much)), 0u);
}

WEFT_TEST_WITH("FS9.9", "with a time that has passed already what needs no waiting is done, whatever its size",
               .seeds = 5) {
  const scratch dir;
  EXPECT_TRUE(io::write_file(dir / "f", std::string(2'000'000, 'x')));
  auto f = io::open(passed, dir / "f", io::open_mode::read_write);
  ASSERT_TRUE(f) << f.error().message();
  std::string much(2'000'000, ' ');
  const auto n = f->read(passed, room_in(much));
  EXPECT_EQ(n.value_or(std::size_t{0}), much.size());
  EXPECT_TRUE(f->write(passed, io::bytes_of(much)));
  EXPECT_EQ(io::open(passed, dir / "none", io::open_mode::read).error(), std::errc::no_such_file_or_directory);
}

}  // namespace
