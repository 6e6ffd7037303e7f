// SPDX-License-Identifier: Apache-2.0
//
// Files: opening, reading, writing, the position.
#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "scratch.hpp"
#include "streams.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
namespace io = weft::io;
using io::open_mode;
using weft::spawn;
using weft::task;

WEFT_TEST_WITH("FS1", "what is opened is created, cut off or refused as the mode says", .seeds = 10) {
  const scratch dir;
  EXPECT_EQ(io::open(dir / "none").error(), std::errc::no_such_file_or_directory);
  EXPECT_EQ(io::open(dir.path(), open_mode::write).error(), std::errc::is_a_directory);
  EXPECT_TRUE(io::write_file(dir / "f", "content"));
  EXPECT_EQ(io::open(dir / "f", open_mode::write | open_mode::exclusive).error(), std::errc::file_exists);
  EXPECT_TRUE(io::open(dir / "new", open_mode::write | open_mode::exclusive, 0600));
  EXPECT_EQ(io::status(dir / "new")->permissions, 0600u);
  EXPECT_TRUE(io::open(dir / "f", open_mode::read_write | open_mode::create));
  EXPECT_EQ(*io::read_file(dir / "f"), "content");
  EXPECT_TRUE(io::open(dir / "f", open_mode::write | open_mode::truncate));
  EXPECT_EQ(*io::read_file(dir / "f"), "");
}

WEFT_TEST_WITH("FS1", "a mode that does nothing and a path with a zero byte are invalid", .seeds = 5) {
  EXPECT_EQ(io::open("/dev/null", open_mode::create).error(), std::errc::invalid_argument);
  EXPECT_EQ(io::open(std::string_view("/dev/null\0x", 11)).error(), std::errc::invalid_argument);
  EXPECT_EQ(io::open("").error(), std::errc::no_such_file_or_directory);
}

WEFT_TEST_WITH("FS2", "what is written is read back, in pieces, to the end", .seeds = 10) {
  const scratch dir;
  auto f = io::open(dir / "f", open_mode::read_write | open_mode::create);
  ASSERT_TRUE(f);
  EXPECT_EQ(*io::write(*f, "hello, "), 7u);
  EXPECT_EQ(*io::write(*f, "file"), 4u);
  EXPECT_EQ(*io::write(*f, ""), 0u);
  EXPECT_EQ(*f->seek(0), 0u);
  std::array<char, 8> room{};
  EXPECT_EQ(*f->read({}), 0u);
  EXPECT_EQ(*f->read(room_in(room)), 8u);
  EXPECT_EQ(std::string_view(room.data(), 8), "hello, f");
  EXPECT_EQ(*f->read(room_in(room)), 3u);
  EXPECT_EQ(*f->read(room_in(room)), 0u);
}

WEFT_TEST_WITH("FS2", "large contents pass through whole", .seeds = 2) {
  const scratch dir;
  std::string big(3'000'017, 'x');
  for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>(i * 7 % 251);
  EXPECT_TRUE(io::write_file(dir / "big", big));
  EXPECT_TRUE(*io::read_file(dir / "big") == big);
  auto from = io::open(dir / "big");
  auto to = io::open(dir / "copy", open_mode::write | open_mode::create);
  EXPECT_EQ(*io::copy(*to, *from), big.size());
  EXPECT_TRUE(to->close());
  EXPECT_TRUE(*io::read_file(dir / "copy") == big);
}

WEFT_TEST_WITH("FS2", "errors of reading and writing are the system's", .seeds = 5) {
  const scratch dir;
  auto writer = io::open(dir / "f", open_mode::write | open_mode::create);
  std::array<char, 4> room{};
  EXPECT_EQ(writer->read(room_in(room)).error(), std::errc::bad_file_descriptor);
  auto reader = io::open(dir / "f");
  EXPECT_EQ(io::write(*reader, "x").error(), std::errc::bad_file_descriptor);
  auto directory = io::open(dir.path());
  EXPECT_EQ(directory->read(room_in(room)).error(), std::errc::is_a_directory);
  auto full = io::open("/dev/full", open_mode::write);
  EXPECT_EQ(io::write(*full, "x").error(), std::errc::no_space_on_device);
}

WEFT_TEST_WITH("FS2", "what is appended goes to the end, whoever else writes", .seeds = 10) {
  const scratch dir;
  EXPECT_TRUE(io::write_file(dir / "log", "0\n"));
  std::vector<task<void>> writers;
  for (int i = 0; i < 4; ++i) {
    writers.push_back(spawn([&] {
      auto f = io::open(dir / "log", open_mode::append);
      for (int n = 0; n < 5; ++n) EXPECT_EQ(*io::write(*f, "line\n"), 5u);
    }));
  }
  for (auto& each : writers) each.join();
  const std::string all = *io::read_file(dir / "log");
  EXPECT_EQ(all.size(), 2u + 20 * 5);
  io::buffered_reader in(io::memory_reader{std::string_view(all)});
  EXPECT_EQ(*in.read_line(), "0");
  for (auto line = in.read_line(); *line; line = in.read_line()) EXPECT_EQ(**line, "line");
}

WEFT_TEST_WITH("FS2", "reads of one file by many share its position: each byte goes to one of them", .seeds = 10) {
  const scratch dir;
  std::string text;
  for (int i = 0; i < 400; ++i) text += std::to_string(1000 + i);
  EXPECT_TRUE(io::write_file(dir / "f", text));
  auto f = io::open(dir / "f");
  std::vector<int> seen(400);
  weft::mutex m;
  std::vector<task<void>> readers;
  for (int i = 0; i < 5; ++i) {
    readers.push_back(spawn([&] {
      std::array<char, 4> room{};
      for (;;) {
        const auto n = f->read(room_in(room));
        if (!n || *n != 4) return;
        const std::scoped_lock hold(m);
        ++seen.at(static_cast<std::size_t>(std::stoi(std::string(room.data(), 4)) - 1000));
      }
    }));
  }
  for (auto& each : readers) each.join();
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), 400);
}

WEFT_TEST_WITH("FS3", "read_at and write_at go where they are told and leave the position alone", .seeds = 10) {
  const scratch dir;
  auto f = io::open(dir / "f", open_mode::read_write | open_mode::create);
  EXPECT_EQ(*io::write(*f, "0123456789"), 10u);
  std::array<char, 3> room{};
  EXPECT_EQ(*f->read_at(4, room_in(room)), 3u);
  EXPECT_EQ(std::string_view(room.data(), 3), "456");
  EXPECT_EQ(*f->write_at(12, io::bytes_of("ab")), 2u);
  EXPECT_EQ(*f->read_at(13, room_in(room)), 1u);
  EXPECT_EQ(*f->read_at(14, room_in(room)), 0u);
  EXPECT_EQ(*f->seek(0, io::seek_from::position), 10u);
  EXPECT_EQ(*io::read_file(dir / "f"), std::string("0123456789\0\0ab", 14));
  EXPECT_EQ(f->read_at(UINT64_MAX, room_in(room)).error(), std::errc::invalid_argument);
  EXPECT_EQ(f->write_at(UINT64_MAX - 5, io::bytes_of("x")).error(), std::errc::invalid_argument);
}

WEFT_TEST_WITH("FS3", "many reads and writes at once, each at its own place", .seeds = 5) {
  const scratch dir;
  auto f = io::open(dir / "f", open_mode::read_write | open_mode::create);
  constexpr int count = 100;
  weft::wait_group all;
  for (int i = 0; i < count; ++i) {
    all.go([&f, i] {
      EXPECT_EQ(*f->write_at(static_cast<std::uint64_t>(4 * i), io::bytes_of(std::to_string(1000 + i))), 4u);
    });
  }
  all.wait();
  for (int i = 0; i < count; ++i) {
    all.go([&f, i] {
      std::array<char, 4> room{};
      EXPECT_EQ(*f->read_at(static_cast<std::uint64_t>(4 * i), room_in(room)), 4u);
      EXPECT_EQ(std::string(room.data(), 4), std::to_string(1000 + i));
    });
  }
  all.wait();
}

WEFT_TEST_WITH("FS4", "seek moves the position, and truncate the end", .seeds = 10) {
  const scratch dir;
  auto f = io::open(dir / "f", open_mode::read_write | open_mode::create);
  EXPECT_EQ(*io::write(*f, "0123456789"), 10u);
  EXPECT_EQ(*f->seek(-3, io::seek_from::end), 7u);
  EXPECT_EQ(*f->seek(-2, io::seek_from::position), 5u);
  EXPECT_EQ(*io::read_all(*f), "56789");
  EXPECT_EQ(f->seek(-1).error(), std::errc::invalid_argument);
  EXPECT_TRUE(f->truncate(4));
  EXPECT_EQ(*io::read_file(dir / "f"), "0123");
  EXPECT_TRUE(f->truncate(6));
  EXPECT_EQ(io::status(dir / "f")->size, 6u);
  EXPECT_EQ(f->truncate(UINT64_MAX).error(), std::errc::invalid_argument);
}

WEFT_TEST_WITH("FS5", "sync returns when what was written is kept, and says what cannot be synced", .seeds = 3) {
  const scratch dir;
  auto f = io::open(dir / "f", open_mode::write | open_mode::create | open_mode::synced);
  EXPECT_TRUE(io::write(*f, "kept"));
  EXPECT_TRUE(f->sync());
  EXPECT_TRUE(f->sync_data());
  EXPECT_TRUE(f->sync(weft::background()));
  auto null = io::open("/dev/null", open_mode::write);
  EXPECT_EQ(null->sync().error(), std::errc::invalid_argument);
}

WEFT_TEST_WITH("FS3", "what has no position refuses offsets, and seek", .seeds = 5) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  io::file reader = io::file::adopt(ends[0]);
  io::file writer = io::file::adopt(ends[1]);
  std::array<char, 1> room{};
  EXPECT_EQ(reader.read_at(0, room_in(room)).error(), std::errc::invalid_seek);
  EXPECT_EQ(writer.write_at(0, io::bytes_of("x")).error(), std::errc::invalid_seek);
  EXPECT_EQ(reader.seek(0).error(), std::errc::invalid_seek);
}

}  // namespace
