// SPDX-License-Identifier: Apache-2.0
//
// Files at the edges: offsets and lengths beyond what 32 bits hold, devices that are full, directories that change.
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "no_descriptors.hpp"
#include "scratch.hpp"
#include "streams.hpp"

namespace {

using namespace weft::test;
namespace io = weft::io;
using io::open_mode;

constexpr std::uint64_t far = (std::uint64_t{5} << 30) + 1;  // no 32 bits hold it

/// More address space than there is memory; nobody touches most of it.
class vast {
 public:
  explicit vast(std::size_t size)
      : size_(size),
        begin_(mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {}
  vast(const vast&) = delete;
  vast& operator=(const vast&) = delete;
  ~vast() {
    if (here()) munmap(begin_, size_);
  }
  [[nodiscard]] bool here() const { return begin_ != MAP_FAILED; }
  [[nodiscard]] std::span<std::byte> bytes() const { return {static_cast<std::byte*>(begin_), size_}; }

 private:
  std::size_t size_;
  void* begin_;
};

WEFT_TEST_WITH("IR3.1", "offsets beyond four gigabytes are what they say", .seeds = 2, .workers = {1, 4}) {
  const scratch place;
  auto file = io::open(place / "far", open_mode::read_write | open_mode::create);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write_at(far, io::bytes_of("here")));
  EXPECT_EQ(file->status()->size, far + 4);
  EXPECT_EQ(file->seek(static_cast<std::int64_t>(far)).value(), far);
  EXPECT_EQ(*io::read_all(*file), "here");
  EXPECT_EQ(file->seek(-2, io::seek_from::end).value(), far + 2);
  ASSERT_TRUE(io::write(*file, "RE and on"));
  std::string text(20, ' ');
  const auto n = file->read_at(far, std::as_writable_bytes(std::span(text)));
  EXPECT_EQ(text.substr(0, n.value()), "heRE and on");
  ASSERT_TRUE(file->truncate(far + 1));
  EXPECT_EQ(io::status(place / "far")->size, far + 1);
}

WEFT_TEST_WITH("IR3.2", "lengths beyond four gigabytes are read and written to their end", .on = sched_only,
               .workers = {1, 4}) {
  if (under_address_sanitizer || under_thread_sanitizer) GTEST_SKIP() << "takes more memory than there is";
  const vast memory(far);
  if (!memory.here()) GTEST_SKIP() << "there is not so much address space";
  const scratch place;
  ASSERT_TRUE(io::write_file(place / "small", "a few bytes"));
  auto small = io::open(place / "small", open_mode::read);
  EXPECT_EQ(small->read(memory.bytes()).value(), 11u);
  EXPECT_EQ(small->read(memory.bytes()).value(), 0u);
  auto sink = io::open("/dev/null", open_mode::write);
  EXPECT_EQ(sink->write(memory.bytes()).value(), far);
}

WEFT_TEST_WITH("IR3.3", "offsets at the end of all offsets are an error, not a wrap", .seeds = 2, .workers = {1, 4}) {
  const scratch place;
  auto file = io::open(place / "f", open_mode::read_write | open_mode::create);
  ASSERT_TRUE(file);
  const std::uint64_t last = INT64_MAX;
  std::byte room[16]{};
  EXPECT_FALSE(file->write_at(last, room));
  EXPECT_FALSE(file->write_at(last + 1, room));
  EXPECT_FALSE(file->write_at(UINT64_MAX, room));
  EXPECT_EQ(file->read_at(last, room).value_or(std::size_t{0}), 0u);
  EXPECT_FALSE(file->read_at(UINT64_MAX, room));
  EXPECT_FALSE(file->truncate(UINT64_MAX));
  EXPECT_EQ(file->status()->size, 0u);
}

WEFT_TEST_WITH("IR3.4", "a device that is full says so, and so does one that cannot be synced", .seeds = 2,
               .workers = {1, 4}) {
  auto full = io::open("/dev/full", open_mode::write);
  ASSERT_TRUE(full);
  EXPECT_EQ(io::write(*full, "x").error(), std::errc::no_space_on_device);
  EXPECT_FALSE(full->sync());
  EXPECT_EQ(io::write_file("/dev/full", "x").error(), std::errc::no_space_on_device);
  io::buffered_writer buffered(*full);
  EXPECT_TRUE(io::write(buffered, "x"));
  EXPECT_EQ(buffered.flush().error(), std::errc::no_space_on_device);
}

WEFT_TEST_WITH("IR3.5", "a directory that changes while it is listed is listed with all that stays, once", .seeds = 2,
               .workers = {2}) {
  const scratch place;
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(io::write_file(place / ("stays-" + std::to_string(i)), ""));
  auto over = weft::with_cancel(weft::background());
  auto changes = weft::spawn([&] {
    for (int i = 0; !over.err(); ++i) {
      EXPECT_TRUE(io::write_file(place / ("goes-" + std::to_string(i % 50)), ""));
      EXPECT_TRUE(io::rename(place / ("goes-" + std::to_string(i % 50)), place / "gone"));
      EXPECT_TRUE(io::remove(place / "gone"));
      weft::yield();
    }
  });
  for (int round = 0; round < 20; ++round) {
    const auto listed = io::list_directory(place.path());
    ASSERT_TRUE(listed);
    EXPECT_EQ(std::count_if(listed->begin(), listed->end(), [](const auto& e) { return e.name.starts_with("stays-"); }),
              300);
  }
  over.cancel();
  changes.join();
}

WEFT_TEST_WITH("IR3.6", "without a descriptor files, children and listings are errors, and afterwards all is well",
               .seeds = 2, .workers = {1, 4}) {
  const scratch place;
  ASSERT_TRUE(io::write_file(place / "f", "text"));
  {
    const no_descriptors none;
    EXPECT_EQ(io::open(place / "f", open_mode::read).error().value(), EMFILE);
    EXPECT_EQ(io::read_file(place / "f").error().value(), EMFILE);
    EXPECT_EQ(io::list_directory(place.path()).error().value(), EMFILE);
    EXPECT_EQ(io::start({.arguments = {"true"}, .output = io::stdio::pipe()}).error().value(), EMFILE);
    EXPECT_EQ(io::start({.arguments = {"true"}, .output = io::stdio::null()}).error().value(), EMFILE);
    EXPECT_TRUE(io::status(place / "f"));
  }
  EXPECT_EQ(*io::read_file(place / "f"), "text");
  auto child = io::start({.arguments = {"true"}});
  ASSERT_TRUE(child);
  EXPECT_TRUE(child->wait()->success());
}

}  // namespace
