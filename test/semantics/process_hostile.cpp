// SPDX-License-Identifier: Apache-2.0
//
// Children that are too much, that leave others behind, and that end while they are killed.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "scratch.hpp"
#include "streams.hpp"

namespace {

using namespace weft::test;
using namespace std::chrono_literals;
namespace io = weft::io;
using io::stdio;

WEFT_TEST_WITH("IR4.1", "arguments and an environment that are too large are an error of the start", .seeds = 2,
               .workers = {1, 4}) {
  std::vector<std::string> many(3000, "NAME=" + std::string(100, 'v'));
  auto child = io::start({.arguments = {"true"}, .environment = many});
  ASSERT_TRUE(child);
  EXPECT_TRUE(child->wait()->success());
  if (weft::test::under_emulator) return;  // whose child cannot say why exec has failed (process_start.cpp)
  const std::string much(3 << 20, 'x');
  EXPECT_EQ(io::start({.arguments = {"true", much}}).error(), std::errc::argument_list_too_long);
  EXPECT_EQ(io::start({.arguments = {"true"}, .environment = {{"MUCH=" + much}}}).error(),
            std::errc::argument_list_too_long);
}

WEFT_TEST_WITH("IR4.2", "what cannot be executed is an error of the start: nothing, a directory, no program",
               .seeds = 2, .workers = {1, 4}) {
  EXPECT_EQ(io::start({}).error(), std::errc::invalid_argument);
  if (weft::test::under_emulator) return;
  const scratch place;
  ASSERT_TRUE(io::write_file(place / "text", "no program"));
  EXPECT_EQ(io::start({.arguments = {""}}).error(), std::errc::no_such_file_or_directory);
  EXPECT_EQ(io::start({.arguments = {place.path()}}).error(), std::errc::permission_denied);
  EXPECT_EQ(io::start({.arguments = {place / "text"}}).error(), std::errc::permission_denied);
  EXPECT_EQ(io::start({.arguments = {place / "text" + "/below"}}).error(), std::errc::not_a_directory);
  EXPECT_EQ(io::start({.arguments = {"true"}, .directory = place / "none"}).error(),
            std::errc::no_such_file_or_directory);
}

WEFT_TEST_WITH("IR4.3", "the end of a child is told also if a child of its own goes on with its pipes",
               .on = sched_only, .workers = {1, 4}) {
  auto parent = io::start({.arguments = {"sh", "-c", "sleep 1000 & echo $!"}, .output = stdio::pipe()});
  ASSERT_TRUE(parent);
  EXPECT_TRUE(parent->wait()->success());
  io::buffered_reader from(parent->output());
  const std::string orphan(*from.read_line().value());
  std::byte room[8];
  EXPECT_EQ(parent->output().read(weft::detail::within(5ms), room).error(), weft::errc::timed_out);
  EXPECT_EQ(kill(std::atoi(orphan.c_str()), SIGKILL), 0);
  EXPECT_EQ(parent->output().read(room).value(), 0u);
}

/// All descriptors that the process may have but for so many.
class taken {
 public:
  explicit taken(std::size_t but) {
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &before_), 0);
    rlimit few = before_;
    few.rlim_cur = std::min<rlim_t>(few.rlim_cur, 256);
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
    for (int fd = dup(2); fd >= 0; fd = dup(2)) all_.push_back(fd);
    for (; but > 0 && !all_.empty(); --but, all_.pop_back()) close(all_.back());
  }
  taken(const taken&) = delete;
  taken& operator=(const taken&) = delete;
  ~taken() {
    for (const int fd : all_) close(fd);
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before_), 0);
  }

 private:
  rlimit before_{};
  std::vector<int> all_;
};

WEFT_TEST_WITH("IR4.5", "a start that runs out of descriptors in any of its steps leaves no child and none of them",
               .on = sched_only, .workers = {1, 4}) {
  static_cast<void>(io::start({.arguments = {"true"}})->wait());
  int started = 0;
  for (std::size_t n = 0; n < 12; ++n) {
    int error = 0;
    {
      const taken rest(n);
      auto child =
          io::start({.arguments = {"cat"}, .input = stdio::pipe(), .output = stdio::pipe(), .error = stdio::null()});
      error = child.error().value();  // a comparison of codes may want a descriptor under UBSan
      if (child) {
        EXPECT_TRUE(child->input().close());
        started += child->wait()->success() ? 1 : 0;
      }
    }
    EXPECT_TRUE(error == 0 || error == EMFILE) << error << " with " << n;
    EXPECT_TRUE(error == 0 || waitpid(-1, nullptr, WNOHANG) == -1) << n;
  }
  EXPECT_GE(started, 1);
}

WEFT_TEST_WITH("IR4.4", "a child that is killed while it ends has one end, and all are told the same", .on = sched_only,
               .workers = {1, 4}) {
  for (int i = 0; i < 30; ++i) {
    auto child = io::start({.arguments = {"true"}});
    ASSERT_TRUE(child);
    auto kills = weft::spawn([&] {
      for (int times = 0; times < i; ++times) weft::yield();
      const auto killed = child->kill();
      EXPECT_TRUE(killed || killed.error() == std::errc::no_such_process);
    });
    const auto end = child->wait();
    kills.join();
    ASSERT_TRUE(end) << end.error();
    EXPECT_TRUE(end->success() || end->signal() == SIGKILL) << end->description();
    EXPECT_EQ(*child->wait(), *end);
  }
}

}  // namespace
