// SPDX-License-Identifier: Apache-2.0
//
// Several short programs in one: each scene is played in a child process, before the parent has used weft at all. What
// came of it is printed to standard output, so that the expectations of the whole program can name it:
//
//     [null pointer] out: before
//     [null pointer] err: fatal error: go of nil func value
//     [null pointer] exit 2
//
// "reports: 1" stands before the last line if the child has panicked or ended by a fatal error, which it can do once.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>

class scene {
 public:
  explicit scene(const char* name) : name_(name) {}

  /// Plays `f` as the whole of a program, with an environment variable set if one is named. f's result, if it has one,
  /// is the exit status.
  template <class F>
  void play(F f, const char* variable = nullptr, const char* value = nullptr) {
    int out[2];
    int err[2];
    if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) std::abort();
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) {
      dup2(out[1], 1);
      dup2(err[1], 2);
      if (variable != nullptr) setenv(variable, value, 1);
      std::exit(f());
    }
    close(out[1]);
    close(err[1]);
    collect(child, out[0], err[0]);
  }

 private:
  void collect(pid_t child, int out, int err) const {
    using clock = std::chrono::steady_clock;
    const auto deadline = clock::now() + std::chrono::seconds(10);
    std::string texts[2];
    pollfd streams[2] = {{out, POLLIN, 0}, {err, POLLIN, 0}};
    bool late = false;
    while (streams[0].fd >= 0 || streams[1].fd >= 0) {
      if (!late && clock::now() > deadline) {
        late = true;
        kill(child, SIGQUIT);
      } else if (clock::now() > deadline + std::chrono::seconds(1)) {
        kill(child, SIGKILL);
      }
      poll(streams, 2, 100);
      for (int i = 0; i < 2; ++i) {
        char buffer[4096];
        if (streams[i].fd < 0 || streams[i].revents == 0) continue;
        const ssize_t n = read(streams[i].fd, buffer, sizeof buffer);
        if (n > 0)
          texts[i].append(buffer, static_cast<std::size_t>(n));
        else
          streams[i].fd = -1;
      }
    }
    int status = 0;
    waitpid(child, &status, 0);
    print("out", texts[0]);
    const int reports = print("err", texts[1]);
    if (reports != 0) std::printf("[%s] reports: %d\n", name_, reports);
    if (late)
      std::printf("[%s] did not end\n", name_);
    else if (WIFEXITED(status))
      std::printf("[%s] exit %d\n", name_, WEXITSTATUS(status));
    else
      std::printf("[%s] signal %d\n", name_, WTERMSIG(status));
    close(out);
    close(err);
  }

  /// Returns how many lines begin a report.
  int print(const char* stream, const std::string& text) const {
    std::istringstream lines(text);
    int reports = 0;
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty()) std::printf("[%s] %s: %s\n", name_, stream, line.c_str());
      if (line.rfind("panic: ", 0) == 0 || line.rfind("fatal error: ", 0) == 0) ++reports;
    }
    return reports;
  }

  const char* name_;
};
