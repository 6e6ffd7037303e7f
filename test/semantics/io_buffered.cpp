// SPDX-License-Identifier: Apache-2.0
//
// Buffered readers and writers.
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "streams.hpp"

namespace {

using namespace weft::test;
namespace io = weft::io;

/// Every line, or an error, as texts.
template <class R>
std::vector<std::string> lines_of(R&& in, std::size_t limit = io::default_line_limit) {
  std::vector<std::string> all;
  for (;;) {
    const auto line = in.read_line(limit);
    if (!line) {
      all.push_back("error: " + line.error().message());
      return all;
    }
    if (!*line) return all;
    all.emplace_back(**line);
  }
}

using texts = std::vector<std::string>;

WEFT_TEST("I3.2", "lines come without their ends, and the last one may do without one") {
  EXPECT_EQ(lines_of(io::buffered_reader(io::memory_reader("one\ntwo\r\n\nlast"))), (texts{"one", "two", "", "last"}));
  EXPECT_EQ(lines_of(io::buffered_reader(io::memory_reader(""))), texts{});
  EXPECT_EQ(lines_of(io::buffered_reader(io::memory_reader("\n"))), texts{""});
  EXPECT_EQ(lines_of(io::buffered_reader(io::memory_reader("\r\r\n"))), texts{"\r"});
  EXPECT_EQ(lines_of(io::buffered_reader(io::memory_reader("end\r"))), texts{"end\r"});
}

WEFT_TEST("I3.2", "lines are the same however small the buffer and the pieces are") {
  const std::string text = "a line\nanother, longer line\r\n\nx\nno end";
  const texts expected{"a line", "another, longer line", "", "x", "no end"};
  for (const std::size_t size : {0, 1, 2, 3, 7, 1000}) {
    EXPECT_EQ(lines_of(io::buffered_reader(slow_reader(text), size)), expected) << size;
    EXPECT_EQ(lines_of(io::buffered_reader(io::memory_reader(text), size)), expected) << size;
  }
}

WEFT_TEST("I3.2", "read_until includes the delimiter, and what is left at the end comes without one") {
  io::buffered_reader in(io::memory_reader("a,bc,,d"));
  EXPECT_EQ(*in.read_until(','), "a,");
  EXPECT_EQ(*in.read_until(','), "bc,");
  EXPECT_EQ(*in.read_until(','), ",");
  EXPECT_EQ(*in.read_until(','), "d");
  EXPECT_EQ(*in.read_until(','), std::nullopt);
  EXPECT_EQ(*in.read_until(','), std::nullopt);
}

WEFT_TEST("I3.3", "a line of exactly the limit is a line, with its end counted") {
  EXPECT_EQ(lines_of(io::buffered_reader(io::memory_reader("abc\nde")), 4), (texts{"abc", "de"}));
  EXPECT_EQ(lines_of(io::buffered_reader(io::memory_reader("abcd")), 4), texts{"abcd"});
  EXPECT_EQ(lines_of(io::buffered_reader(slow_reader("abcd")), 4), texts{"abcd"});
}

WEFT_TEST("I3.3", "a line beyond the limit is an error, and nothing of it is lost") {
  for (const std::size_t size : {1, 3, 100}) {
    io::buffered_reader in(io::memory_reader("abcd\nrest\n"), size);
    EXPECT_EQ(in.read_line(4).error(), io::errc::too_long) << size;
    EXPECT_EQ(in.read_line(4).error(), io::errc::too_long) << size;
    EXPECT_EQ(*in.read_line(5), "abcd") << size;
    EXPECT_EQ(*in.read_line(5), "rest") << size;
  }
}

WEFT_TEST_WITH("I3.3", "an input without a line end costs no more than the limit", .seeds = 2) {
  struct endless {
    std::size_t taken = 0;
    weft::result<std::size_t> read(std::span<std::byte> into) {
      std::memset(into.data(), 'x', into.size());
      taken += into.size();
      return into.size();
    }
  } source;
  io::buffered_reader in(source);
  EXPECT_EQ(in.read_line().error(), io::errc::too_long);
  EXPECT_LE(source.taken, 3 * io::default_line_limit);
  EXPECT_EQ(in.read_line(0).error(), io::errc::too_long);
}

WEFT_TEST("I3.1", "peek takes nothing, and sees less only at the end") {
  io::buffered_reader in(slow_reader("abcdef"), 2);
  EXPECT_EQ(io::text_of(*in.peek(4)), "abcd");
  EXPECT_EQ(in.buffered(), 4u);
  std::array<char, 3> room{};
  EXPECT_EQ(*in.read(room_in(room)), 3u);
  EXPECT_EQ(io::text_of(*in.peek(2)), "de");
  EXPECT_EQ(io::text_of(*in.peek(9)), "def");
  EXPECT_EQ(*in.skip(2), 2u);
  EXPECT_EQ(*in.skip(9), 1u);
  EXPECT_TRUE(in.peek(1)->empty());
}

WEFT_TEST("I3.5", "read takes from the buffer first, reads below once at most, and large reads go past it") {
  scripted_reader source{{"abc"}, {"defghi"}, {"jk"}};
  io::buffered_reader in(source, 4);
  std::array<char, 8> room{};
  EXPECT_EQ(io::text_of(*in.peek(1)), "a");
  EXPECT_EQ(*in.read(room_in(room)), 3u);
  EXPECT_EQ(source.reads, 1);
  EXPECT_EQ(*in.read(room_in(room)), 6u);
  EXPECT_EQ(source.reads, 2);
  EXPECT_EQ(in.buffered(), 0u);
  EXPECT_EQ(*in.read({}), 0u);
  EXPECT_EQ(*in.read(room_in(std::span(room).first(1))), 1u);
  EXPECT_EQ(source.reads, 3);
  EXPECT_EQ(*in.read(room_in(room)), 1u);
  EXPECT_EQ(*in.read(room_in(room)), 0u);
}

WEFT_TEST("I3.4", "an error of the reader below comes after what was read before it, once, and loses nothing") {
  io::buffered_reader in(scripted_reader{{"one\ntw"}, {"", broken}, {"o\n"}});
  EXPECT_EQ(*in.read_line(), "one");
  EXPECT_EQ(in.read_line().error(), broken);
  EXPECT_EQ(*in.read_line(), "two");
  EXPECT_EQ(*in.read_line(), std::nullopt);
  io::buffered_reader again(scripted_reader{{"", broken}, {"x"}});
  EXPECT_EQ(again.peek(1).error(), broken);
  EXPECT_EQ(again.skip(1).value_or(9), 1u);
}

WEFT_TEST("I4.1", "small writes are collected, and flush writes them as one") {
  recording_writer below;
  io::buffered_writer out(below, 8);
  EXPECT_EQ(*io::write(out, "abc"), 3u);
  EXPECT_EQ(*io::write(out, ""), 0u);
  EXPECT_EQ(*io::write(out, "de"), 2u);
  EXPECT_TRUE(below.writes.empty());
  EXPECT_EQ(out.buffered(), 5u);
  EXPECT_TRUE(out.flush());
  EXPECT_TRUE(out.flush());
  EXPECT_EQ(below.writes, texts{"abcde"});
}

WEFT_TEST("I4.1", "a full buffer is written, and what is as large as the buffer goes past it, in order") {
  recording_writer below;
  io::buffered_writer out(below, 4);
  for (const char* each : {"abc", "de", "f", "ghijkl", "mnop", "q"}) EXPECT_TRUE(io::write(out, each));
  EXPECT_TRUE(out.flush());
  EXPECT_EQ(below.writes, (texts{"abc", "def", "ghijkl", "mnop", "q"}));
}

WEFT_TEST("I4.2", "after an error every write and flush reports it, and nothing more is written") {
  recording_writer below(2);
  io::buffered_writer out(below, 4);
  EXPECT_TRUE(io::write(out, "abcd"));
  EXPECT_TRUE(io::write(out, "ef"));
  EXPECT_TRUE(out.flush());
  EXPECT_TRUE(io::write(out, "gh"));
  EXPECT_EQ(out.flush().error(), std::errc::no_space_on_device);
  EXPECT_EQ(io::write(out, "ij").error(), std::errc::no_space_on_device);
  EXPECT_EQ(io::write(out, "longer").error(), std::errc::no_space_on_device);
  EXPECT_EQ(out.flush().error(), std::errc::no_space_on_device);
  EXPECT_EQ(below.writes.size(), 2u);
}

WEFT_TEST("I4.3", "the destructor of a buffered_writer writes nothing") {
  recording_writer below;
  {
    io::buffered_writer out(below);
    EXPECT_TRUE(io::write(out, "lost"));
  }
  EXPECT_TRUE(below.writes.empty());
}

}  // namespace
