// SPDX-License-Identifier: Apache-2.0
//
// A real server to test against: PostgreSQL or Redis, on a port of its own, for this process.
//
//     server& database = server::of("postgres");
//     if (!database.here()) GTEST_SKIP() << database.why_not();
//     connect("host=127.0.0.1 port=" + std::to_string(database.port()));
//
// It is started when it is first asked for, by test/server.sh, and stopped when this process ends, also if it dies: the
// script notices that its standard input has ended. kill() ends it as a crash would; start() starts it again.
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>

#include "harness.hpp"
#include "weft/blocking.hpp"

namespace weft::test {

class server {
 public:
  static server& of(const char* kind) {
    static server only(kind);
    return only;
  }

  server(const server&) = delete;
  server& operator=(const server&) = delete;
  ~server() {
    close(orders_);
    close(answers_);
    int status = 0;
    if (pid_ > 0) waitpid(pid_, &status, 0);
  }

  [[nodiscard]] bool here() const { return port_ != 0; }
  [[nodiscard]] const std::string& why_not() const { return why_not_; }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] const std::string& folder() const { return folder_; }

  void kill() { order("kill\n"); }
  void start() { order("start\n"); }

 private:
  explicit server(const char* kind) {
    blocking([&] { launch(kind); });
    std::istringstream words(line());
    std::string word;
    words >> word;
    if (word == "ready") words >> port_ >> folder_;
    if (word == "skip") std::getline(words >> std::ws, why_not_);
    if (!here() && why_not_.empty()) why_not_ = "test/server.sh has failed";
    if (!here()) std::printf("%s: %s\n", kind, why_not_.c_str());
  }

  void launch(const char* kind) {
    int in[2];
    int out[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) return;
    posix_spawn_file_actions_t moves;
    posix_spawn_file_actions_init(&moves);
    posix_spawn_file_actions_adddup2(&moves, in[0], 0);
    posix_spawn_file_actions_adddup2(&moves, out[1], 1);
    const char* const arguments[] = {"bash", WEFT_TEST_SOURCES "/server.sh", kind, WEFT_TEST_BINARIES "/servers",
                                     nullptr};
    if (posix_spawnp(&pid_, "bash", &moves, nullptr, const_cast<char**>(arguments), environ) != 0) pid_ = -1;
    posix_spawn_file_actions_destroy(&moves);
    close(in[0]);
    close(out[1]);
    orders_ = in[1];
    answers_ = out[0];
  }

  std::string line() {
    std::string text;
    blocking([&] {
      for (char c = 0; read(answers_, &c, 1) == 1 && c != '\n';) text += c;
    });
    return text;
  }

  void order(const std::string& what) {
    if (write(orders_, what.data(), what.size()) < 0) std::perror("server");
    EXPECT_EQ(line(), "done");
  }

  pid_t pid_ = -1;
  int orders_ = -1;
  int answers_ = -1;
  int port_ = 0;
  std::string folder_;
  std::string why_not_;
};

}  // namespace weft::test
