// SPDX-License-Identifier: Apache-2.0
//
// Files beneath a root where the kernel has no openat2: a thread to which it is forbidden, as in some containers.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "../src/beneath.hpp"
#include "harness.hpp"

namespace {

namespace fs = std::filesystem;

/// From now on openat2 fails with EPERM in this thread; false: the kernel does not let us say so.
bool forbid_openat2() {
  std::array<sock_filter, 4> program{{
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_openat2},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  }};
  const sock_fprog filter{program.size(), program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

WEFT_PLAIN_TEST("HR20", "without openat2 files are found as before, and no symbolic link is followed at all") {
  std::string name = (fs::temp_directory_path() / "weft-beneath-XXXXXX").string();
  ASSERT_NE(mkdtemp(name.data()), nullptr);
  const fs::path top = name, root = top / "www";
  fs::create_directories(root / "a" / "b");
  std::ofstream(root / "a" / "b" / "file") << "text";
  std::ofstream(top / "secret") << "secret";
  fs::create_symlink("a", root / "inside");
  fs::create_symlink("..", root / "up");
  fs::create_symlink("../secret", root / "a" / "outside");
  EXPECT_EQ(mkfifo((root / "fifo").c_str(), 0600), 0);
  std::thread([&] {
    if (!forbid_openat2()) return;
    const weft::http::beneath files(root.string());
    const auto found = files.open("a/b/file");
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_EQ(found->size, 4u);
    EXPECT_TRUE(files.open("")->is_directory);
    EXPECT_TRUE(files.open("a/b")->is_directory);
    for (const char* not_there :
         {"inside/b/file", "up/secret", "a/outside", "fifo", "a/b/file/x", "a/nothing", "nothing/x"}) {
      EXPECT_FALSE(files.open(not_there)) << not_there;
    }
  }).join();
  fs::remove_all(top);
}

}  // namespace
