// SPDX-License-Identifier: Apache-2.0
//
// Files below a directory, with the kernel's own way of keeping inside, and without: some containers refuse openat2,
// and old kernels do not have it.
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include "../src/beneath.hpp"
#include "harness.hpp"
#include "refused_call.hpp"

namespace {

using namespace weft::test;
using weft::http::beneath;
namespace fs = std::filesystem;

/// A directory that is served, and a secret beside it.
class tree {
 public:
  tree() {
    std::string name = (fs::temp_directory_path() / "weft-beneath-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    top_ = name;
    fs::permissions(top_, fs::perms(0755));
    fs::create_directories(root() / "sub" / "closed");
    std::ofstream(top_ / "secret") << "secret";
    std::ofstream(root() / "ten") << "0123456789";
    std::ofstream(root() / "sub" / "closed" / "three") << "123";
    fs::permissions(root() / "sub" / "closed", fs::perms(0711));  // one may pass, but not look
    fs::create_symlink("ten", root() / "inside");
    fs::create_symlink("../secret", root() / "outside");
    fs::create_symlink(top_, root() / "up");
    EXPECT_EQ(mkfifo((root() / "fifo").c_str(), 0600), 0);
  }
  tree(const tree&) = delete;
  tree& operator=(const tree&) = delete;
  ~tree() { fs::remove_all(top_); }

  [[nodiscard]] fs::path root() const { return top_ / "www"; }

 private:
  fs::path top_;
};

/// Nothing if there is none.
std::optional<std::uint64_t> size_of(const beneath& below, const char* path) {
  const auto found = below.open(path);
  return found ? std::optional(found->size) : std::nullopt;
}

/// What holds in both ways.
void expect_inside_only(const beneath& below) {
  EXPECT_EQ(size_of(below, "ten"), 10u);
  EXPECT_EQ(size_of(below, "sub/closed/three"), 3u);
  EXPECT_TRUE(below.open("")->is_directory);
  EXPECT_TRUE(below.open("sub")->is_directory);
  for (const char* each : {"outside", "up", "up/secret", "fifo", "none", "none/none", "ten/none", "sub/none"}) {
    EXPECT_FALSE(below.open(each)) << each;
  }
  EXPECT_FALSE(below.open(std::string(300, 'x')));
}

WEFT_PLAIN_TEST("IR1.1", "files are found below a directory, and nothing leads out of it") {
  const tree all;
  const beneath below(all.root().string());
  expect_inside_only(below);
  EXPECT_EQ(size_of(below, "inside"), 10u);
}

WEFT_PLAIN_TEST("IR1.2", "where openat2 is refused files are found name by name, and no link is followed") {
  const tree all;
  const beneath below(all.root().string());
  for (const unsigned error : {ENOSYS, EPERM}) {
    std::thread([&] {
      if (!refuse(SYS_openat2, error)) return;
      setfsuid(65534);  // of this thread: root may look everywhere
      expect_inside_only(below);
      EXPECT_FALSE(below.open("inside"));
    }).join();
  }
}

}  // namespace
