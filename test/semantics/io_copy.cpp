// SPDX-License-Identifier: Apache-2.0
//
// Copying, and reading whole inputs.
#include <array>
#include <string>

#include "streams.hpp"

namespace {

using namespace weft::test;
namespace io = weft::io;

struct boastful {
  weft::result<std::size_t> read(std::span<std::byte> into) { return into.size() + 1; }
  weft::result<std::size_t> write(std::span<const std::byte> from) { return from.size() - 1; }
};

WEFT_TEST("I1.1", "memory, pipes, files and adapters are readers and writers, and a pipe can give up") {
  static_assert(io::reader<io::memory_reader> && io::reader<io::pipe_reader> &&
                io::reader<io::bounded<io::pipe_reader>>);
  static_assert(io::reader<io::buffered_reader<io::pipe_reader&>> && io::reader<io::limited_reader<io::memory_reader>>);
  static_assert(io::writer<io::string_writer> && io::writer<io::memory_writer> && io::writer<io::pipe_writer>);
  static_assert(io::writer<io::buffered_writer<io::pipe_writer&>> && !io::reader<io::pipe_writer>);
  static_assert(io::bounded_reader<io::pipe_reader> && io::bounded_writer<io::pipe_writer>);
  static_assert(!io::bounded_reader<io::memory_reader> && io::closer<io::pipe_reader> && io::closer<io::pipe_writer>);
}

WEFT_TEST("I1.2", "a text is written as its bytes, with its zeros") {
  io::string_writer out;
  EXPECT_EQ(*io::write(out, std::string_view("a\0b", 3)), 3u);
  EXPECT_EQ(*io::write(out, ""), 0u);
  EXPECT_EQ(out.text(), std::string("a\0b", 3));
  EXPECT_EQ(out.take().size(), 3u);
  EXPECT_EQ(out.text(), "");
}

WEFT_TEST("I1.4", "errors of io have a category, a text each, and compare with their enum") {
  const std::error_code end = io::errc::unexpected_end;
  EXPECT_STREQ(end.category().name(), "weft.io");
  EXPECT_EQ(end.message(), "unexpected end of the input");
  EXPECT_EQ(std::error_code(io::errc::too_long).message(), "longer than the limit");
  EXPECT_NE(std::error_code(io::errc::no_progress).message(), "");
  EXPECT_EQ(std::error_code(99, io::error_category()).message(), "unknown error 99");
  EXPECT_NE(end, io::errc::too_long);
}

WEFT_TEST("I2.1", "copy moves everything to the end of the input, in order, and says how much") {
  io::string_writer out;
  scripted_reader in{{"ab"}, {"c"}, {"def"}};
  EXPECT_EQ(*io::copy(out, in), 6u);
  EXPECT_EQ(out.text(), "abcdef");
  EXPECT_EQ(*io::copy(out, in), 0u);
}

WEFT_TEST_WITH("I2.1", "copy moves more than its buffer holds", .seeds = 3) {
  std::string big(3 * io::copy_buffer + 17, 'x');
  for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>('a' + i % 23);
  io::string_writer out;
  EXPECT_EQ(*io::copy(out, io::memory_reader(big)), big.size());
  EXPECT_TRUE(out.text() == big);
}

WEFT_TEST("I2.1", "copy stops at the first error of either side and reports it") {
  io::string_writer out;
  EXPECT_EQ(io::copy(out, scripted_reader{{"ab"}, {"", broken}, {"cd"}}).error(), broken);
  EXPECT_EQ(out.text(), "ab");
  recording_writer full(1);
  scripted_reader in{{"ab"}, {"cd"}, {"ef"}};
  EXPECT_EQ(io::copy(full, in).error(), std::errc::no_space_on_device);
  EXPECT_EQ(full.writes, std::vector<std::string>{"ab"});
  EXPECT_EQ(in.reads, 2);
}

WEFT_TEST("I2.2", "copy_n takes exactly so many bytes and leaves the rest") {
  io::string_writer out;
  io::memory_reader in("abcdef");
  EXPECT_EQ(*io::copy_n(out, in, 4), 4u);
  EXPECT_EQ(out.text(), "abcd");
  EXPECT_EQ(io::text_of(in.left()), "ef");
  EXPECT_EQ(*io::copy_n(out, in, 0), 0u);
  EXPECT_EQ(*io::copy_at_most(out, in, 100), 2u);
}

WEFT_TEST("I2.2", "copy_n from an input that is shorter is an unexpected end") {
  io::string_writer out;
  EXPECT_EQ(io::copy_n(out, io::memory_reader("abc"), 4).error(), io::errc::unexpected_end);
  EXPECT_EQ(out.text(), "abc");
}

WEFT_TEST("I2.3", "read_full fills all there is room for, however small the pieces are") {
  std::array<char, 5> room{};
  slow_reader in("abcdefg");
  EXPECT_EQ(*io::read_full(in, room_in(room)), 5u);
  EXPECT_EQ(std::string_view(room.data(), 5), "abcde");
  EXPECT_EQ(*io::read_full(in, {}), 0u);
}

WEFT_TEST("I2.3", "read_full tells the end of the input from an end in the middle, and from an error") {
  std::array<char, 4> room{};
  EXPECT_EQ(*io::read_full(io::memory_reader(""), room_in(room)), 0u);
  EXPECT_EQ(io::read_full(io::memory_reader("abc"), room_in(room)).error(), io::errc::unexpected_end);
  EXPECT_EQ(io::read_full(scripted_reader{{"abc"}, {"", broken}}, room_in(room)).error(), broken);
}

WEFT_TEST("I2.4", "read_all returns the whole input, also an empty one") {
  EXPECT_EQ(*io::read_all(slow_reader("abc")), "abc");
  EXPECT_EQ(*io::read_all(io::memory_reader("")), "");
  EXPECT_EQ(*io::read_all(io::memory_reader(std::string(5000, 'x'))), std::string(5000, 'x'));
}

WEFT_TEST("I2.4", "read_all takes an input that is as long as the limit, and reports one that is longer") {
  EXPECT_EQ(*io::read_all(io::memory_reader("abcd"), 4), "abcd");
  io::memory_reader longer("abcdef");
  EXPECT_EQ(io::read_all(longer, 4).error(), io::errc::too_long);
  EXPECT_EQ(io::text_of(longer.left()), "f");
  EXPECT_EQ(*io::read_all(io::memory_reader(""), 0), "");
  EXPECT_EQ(io::read_all(io::memory_reader("a"), 0).error(), io::errc::too_long);
  EXPECT_EQ(io::read_all(scripted_reader{{"ab"}, {"", broken}}).error(), broken);
}

WEFT_TEST("I2.5", "a reader or writer that claims too much is found out") {
  std::array<char, 4> room{};
  io::string_writer out;
  EXPECT_EQ(io::copy(out, boastful()).error(), io::errc::no_progress);
  EXPECT_EQ(io::copy(boastful(), io::memory_reader("abc")).error(), io::errc::no_progress);
  EXPECT_EQ(io::read_full(boastful(), room_in(room)).error(), io::errc::no_progress);
  EXPECT_EQ(io::read_all(boastful()).error(), io::errc::no_progress);
  EXPECT_EQ(io::buffered_reader(boastful()).peek(1).error(), io::errc::no_progress);
  EXPECT_EQ(io::limited_reader(boastful(), 3).read(room_in(room)).error(), io::errc::no_progress);
  EXPECT_EQ(io::tee_reader(boastful(), out).read(room_in(room)).error(), io::errc::no_progress);
  io::buffered_writer lies(boastful{});
  EXPECT_TRUE(io::write(lies, "abc").has_value());
  EXPECT_EQ(lies.flush().error(), io::errc::no_progress);
}

WEFT_TEST("I5.1", "a memory_reader gives its bytes once, in as many pieces as asked for") {
  std::array<char, 2> room{};
  io::memory_reader in("abc");
  EXPECT_EQ(*in.read({}), 0u);
  EXPECT_EQ(*in.read(room_in(room)), 2u);
  EXPECT_EQ(*in.read(room_in(room)), 1u);
  EXPECT_EQ(room[0], 'c');
  EXPECT_EQ(*in.read(room_in(room)), 0u);
}

WEFT_TEST("I5.3", "a memory_writer takes what fits, and nothing of what does not") {
  std::array<char, 4> room{};
  io::memory_writer out(room_in(room));
  EXPECT_EQ(*io::write(out, "abc"), 3u);
  EXPECT_EQ(io::write(out, "de").error(), io::errc::too_long);
  EXPECT_EQ(*io::write(out, "d"), 1u);
  EXPECT_EQ(*io::write(out, ""), 0u);
  EXPECT_EQ(io::text_of(out.written()), "abcd");
}

WEFT_TEST("I5.4", "a limited_reader ends at its limit and leaves what comes after") {
  io::memory_reader in("abcdef");
  io::limited_reader first(in, 4);
  EXPECT_EQ(*io::read_all(first), "abcd");
  EXPECT_EQ(first.left(), 0u);
  EXPECT_EQ(io::text_of(in.left()), "ef");
  EXPECT_EQ(*io::read_all(io::limited_reader(in, 9)), "ef");
  EXPECT_EQ(*io::read_all(io::limited_reader(in, 0)), "");
}

WEFT_TEST("I5.5", "a tee_reader has written what it returns; the writer's error is its own") {
  io::string_writer log;
  io::tee_reader in(slow_reader("abc"), log);
  EXPECT_EQ(*io::read_all(in), "abc");
  EXPECT_EQ(log.text(), "abc");
  recording_writer full(1);
  EXPECT_EQ(io::read_all(io::tee_reader(slow_reader("abc"), full)).error(), std::errc::no_space_on_device);
  EXPECT_EQ(io::read_all(io::tee_reader(scripted_reader{{"", broken}}, log)).error(), broken);
}

WEFT_TEST("I5.2", "a string_writer keeps what was written until it is taken") {
  io::string_writer out;
  EXPECT_EQ(*io::copy(out, io::memory_reader("one ")), 4u);
  EXPECT_EQ(*io::copy(out, io::memory_reader("two")), 3u);
  EXPECT_EQ(out.take(), "one two");
  EXPECT_EQ(*io::write(out, "three"), 5u);
  EXPECT_EQ(out.text(), "three");
}

}  // namespace
