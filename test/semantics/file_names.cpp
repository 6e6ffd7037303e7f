// SPDX-License-Identifier: Apache-2.0
//
// Files by their names.
#include <sys/stat.h>

#include <array>
#include <atomic>
#include <chrono>
#include <string>

#include "scratch.hpp"
#include "streams.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
namespace io = weft::io;

WEFT_TEST_WITH("FS7.1", "status tells kind, size, permissions, links and times; an open file's are the same",
               .seeds = 10) {
  const scratch dir;
  EXPECT_TRUE(io::write_file(dir / "f", "12345", 0640));
  ASSERT_EQ(chmod((dir / "f").c_str(), 0640), 0);
  ASSERT_EQ(link((dir / "f").c_str(), (dir / "also").c_str()), 0);
  const auto s = io::status(dir / "f");
  ASSERT_TRUE(s);
  EXPECT_EQ(s->type, io::file_type::regular);
  EXPECT_EQ(s->size, 5u);
  EXPECT_EQ(s->permissions, 0640u);
  EXPECT_EQ(s->links, 2u);
  EXPECT_EQ(s->user, getuid());
  EXPECT_LT(std::chrono::abs(s->modified - std::chrono::system_clock::now()), 1h);
  const auto other = io::status(dir / "also");
  EXPECT_EQ(other->inode, s->inode);
  EXPECT_EQ(other->device, s->device);
  auto f = io::open(dir / "f");
  EXPECT_EQ(f->status()->inode, s->inode);
  EXPECT_EQ(f->status()->size, 5u);
}

WEFT_TEST_WITH("FS7.1", "a link stands for what it names, or for itself", .seeds = 5) {
  const scratch dir;
  EXPECT_TRUE(io::make_directory(dir / "d"));
  ASSERT_EQ(symlink("d", (dir / "l").c_str()), 0);
  EXPECT_EQ(io::status(dir / "l")->type, io::file_type::directory);
  EXPECT_EQ(io::status(dir / "l", io::links::themselves)->type, io::file_type::link);
  ASSERT_EQ(symlink("nowhere", (dir / "broken").c_str()), 0);
  EXPECT_EQ(io::status(dir / "broken").error(), std::errc::no_such_file_or_directory);
  EXPECT_TRUE(io::status(dir / "broken", io::links::themselves));
  EXPECT_EQ(io::status("/dev/null")->type, io::file_type::character_device);
}

WEFT_TEST_WITH("FS7.2", "rename gives another name and replaces what had it", .seeds = 5) {
  const scratch dir;
  EXPECT_TRUE(io::write_file(dir / "a", "new"));
  EXPECT_TRUE(io::write_file(dir / "b", "old"));
  EXPECT_TRUE(io::rename(dir / "a", dir / "b"));
  EXPECT_EQ(*io::read_file(dir / "b"), "new");
  EXPECT_EQ(io::rename(dir / "a", dir / "c").error(), std::errc::no_such_file_or_directory);
  EXPECT_EQ(io::rename(std::string_view("x\0y", 3), dir / "c").error(), std::errc::invalid_argument);
  EXPECT_EQ(io::rename(dir / "b", std::string_view("x\0y", 3)).error(), std::errc::invalid_argument);
}

WEFT_TEST_WITH("FS7.3", "remove takes away files, links and empty directories, and nothing else", .seeds = 5) {
  const scratch dir;
  EXPECT_TRUE(io::write_file(dir / "f", ""));
  EXPECT_TRUE(io::make_directory(dir / "d"));
  EXPECT_TRUE(io::make_directory(dir / "full"));
  EXPECT_TRUE(io::write_file(dir / "full/f", ""));
  ASSERT_EQ(symlink("full", (dir / "l").c_str()), 0);
  EXPECT_TRUE(io::remove(dir / "f"));
  EXPECT_TRUE(io::remove(dir / "d"));
  EXPECT_TRUE(io::remove(dir / "l"));
  EXPECT_EQ(io::remove(dir / "full").error(), std::errc::directory_not_empty);
  EXPECT_EQ(io::remove(dir / "f").error(), std::errc::no_such_file_or_directory);
  EXPECT_EQ(io::remove(std::string_view("x\0y", 3)).error(), std::errc::invalid_argument);
  EXPECT_TRUE(io::status(dir / "full/f"));
}

WEFT_TEST_WITH("FS7.4", "make_directory makes one with its permissions, once", .seeds = 5) {
  const scratch dir;
  EXPECT_TRUE(io::make_directory(dir / "d", 0700));
  EXPECT_EQ(io::status(dir / "d")->permissions, 0700u);
  EXPECT_EQ(io::make_directory(dir / "d").error(), std::errc::file_exists);
  EXPECT_EQ(io::make_directory(dir / "x/y").error(), std::errc::no_such_file_or_directory);
  EXPECT_EQ(io::make_directory(std::string_view("x\0y", 3)).error(), std::errc::invalid_argument);
}

WEFT_TEST_WITH("FS7.5", "a directory is listed by name, with kinds, and without itself", .seeds = 5) {
  const scratch dir;
  EXPECT_TRUE(io::list_directory(dir.path())->empty());
  EXPECT_TRUE(io::make_directory(dir / "b"));
  EXPECT_TRUE(io::write_file(dir / "c", ""));
  ASSERT_EQ(symlink("c", (dir / "a").c_str()), 0);
  const auto list = io::list_directory(dir.path());
  ASSERT_TRUE(list);
  std::string names;
  for (const io::directory_entry& each : *list) names += each.name;
  EXPECT_EQ(names, "abc");
  EXPECT_EQ((*list)[1].type, io::file_type::directory);
  EXPECT_EQ(io::list_directory(dir / "c").error(), std::errc::not_a_directory);
  EXPECT_EQ(io::list_directory(dir / "none").error(), std::errc::no_such_file_or_directory);
  EXPECT_EQ(io::list_directory(std::string_view("x\0y", 3)).error(), std::errc::invalid_argument);
}

WEFT_TEST_WITH("FS8.1", "read_file returns all of it, up to a limit", .seeds = 5) {
  const scratch dir;
  EXPECT_TRUE(io::write_file(dir / "f", "12345"));
  EXPECT_EQ(*io::read_file(dir / "f"), "12345");
  EXPECT_EQ(*io::read_file(dir / "f", 5), "12345");
  EXPECT_EQ(io::read_file(dir / "f", 4).error(), io::errc::too_long);
  EXPECT_EQ(io::read_file(dir / "none").error(), std::errc::no_such_file_or_directory);
  EXPECT_EQ(io::read_file(dir.path()).error(), std::errc::is_a_directory);
  EXPECT_FALSE(io::read_file("/proc/self/stat")->empty());
}

WEFT_TEST_WITH("FS8.2", "write_file replaces the content and creates what is not there", .seeds = 5) {
  const scratch dir;
  EXPECT_TRUE(io::write_file(dir / "f", "a long content"));
  EXPECT_TRUE(io::write_file(dir / "f", "short"));
  EXPECT_EQ(*io::read_file(dir / "f"), "short");
  EXPECT_TRUE(io::write_file(dir / "private", "", 0600));
  EXPECT_EQ(io::status(dir / "private")->permissions, 0600u);
  EXPECT_EQ(io::write_file(dir / "x/y", "").error(), std::errc::no_such_file_or_directory);
  EXPECT_EQ(io::write_file("/dev/full", "x").error(), std::errc::no_space_on_device);
}

WEFT_TEST_WITH("FS9.5", "ten thousand operations at once all come to their end", .on = sched_only) {
  const scratch dir;
  EXPECT_TRUE(io::write_file(dir / "f", "12345"));
  auto f = io::open(dir / "f");
  const int count = under_thread_sanitizer || under_address_sanitizer ? 1000 : 10'000;
  weft::wait_group all;
  std::atomic<int> right{0};
  for (int i = 0; i < count; ++i) {
    all.go([&, i] {
      std::array<char, 5> room{};
      if (i % 4 != 0)
        right += *f->read_at(0, room_in(room)) == 5;
      else
        right += io::status(dir / "f")->size == 5;
    });
  }
  all.wait();
  EXPECT_EQ(right, count);
}

WEFT_TEST_WITH("FS9.6", "others run while files are waited for", .on = sched_only, .workers = {1}) {
  const scratch dir;
  std::atomic<bool> stop{false};
  std::atomic<int> turns{0};
  weft::task<void> busy = weft::spawn([&] {
    for (; !stop; ++turns) weft::yield();
  });
  while (turns == 0) EXPECT_TRUE(io::write_file(dir / "f", "x"));
  stop = true;
  busy.join();
}

}  // namespace
