// SPDX-License-Identifier: Apache-2.0
// guarantee: TR3.2 TR3.3 TR4.1
// sentence: the recorder's file is written when a program ends, panics, deadlocks, stalls or gets SIGQUIT
// engines: sched
// not-under: thread (it holds back signals until a loop calls something)
// seconds: 60
// expect-stdout: ^\[whole run\] exit 3\nwhole run: a trace$
// expect-stdout: ^\[panic\] err: weft: the trace is in .*panic\.json\n
// expect-stdout: ^\[panic\] exit 2\npanic: a trace$
// expect-stdout: ^\[deadlock\] err: weft: the trace is in .*deadlock\.json\n
// expect-stdout: ^\[deadlock\] exit 2\ndeadlock: a trace$
// expect-stdout: ^\[quit\] err: weft: the trace is in .*quit\.json\n
// expect-stdout: ^\[quit\] exit 2\nquit: a trace$
// expect-stdout: ^\[stall\] err: weft: nobody has got on for [0-9]+ ms\n
// expect-stdout: ^\[stall\] exit 0\nstall: a trace$
// expect-stdout: ^\[nowhere\] err: weft: the trace could not be written to .*\n\[nowhere\] reports: 1\n\[nowhere\] exit 2\nnowhere: nothing$
// expect-stdout: ^\[off\] exit 0\noff: nothing$
// expect-stdout: ^\[fork\] exit 0\nfork: a trace$
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "../json.hpp"
#include "scene.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

using namespace std::chrono_literals;

const std::string directory = [] {
  std::string name = std::filesystem::temp_directory_path() / "weft-XXXXXX";
  return std::string(mkdtemp(name.data()));
}();

/// Plays it with the setting, in which FILE stands for a file, and says whether that is a trace afterwards.
template <class F>
void play(const char* name, F f, const char* variable, std::string setting, const std::string& file) {
  const std::string path = directory + "/" + file;
  if (const auto at = setting.find("FILE"); at != std::string::npos) setting.replace(at, 4, path);
  scene(name).play(f, variable, setting.c_str());
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  bool good = false;
  try {
    const std::string all = text.str();
    good = !all.empty() && !weft::test::json_reader(all).read()["traceEvents"].items.empty();
  } catch (const std::exception& wrong) {
    std::printf("%s: %s\n", name, wrong.what());
  }
  std::printf("%s: %s\n", name, good ? "a trace" : "nothing");
}

void some_work() {
  const weft::chan<int> c;
  weft::go([=] { c.send(1); });
  c.recv();
}

int main() {
  play(
      "whole run",
      [] {
        return weft::run([] {
          some_work();
          return 3;
        });
      },
      "WEFT_TRACE", "FILE", "whole.json");
  const auto panics = [] {
    return weft::run([] {
      some_work();
      weft::panic("on purpose");
    });
  };
  play("panic", panics, "WEFT_DIAG", "flight=FILE", "panic.json");
  play(
      "deadlock", [] { return weft::run([] { weft::chan<int>().recv(); }); }, "WEFT_TRACE", "FILE", "deadlock.json");
  play(
      "quit",
      [] {
        return weft::run([] {
          some_work();
          kill(getpid(), SIGQUIT);
          weft::sleep_for(1h);
        });
      },
      "WEFT_DIAG", "flight=FILE", "quit.json");
  play(
      "stall",
      [] {
        return weft::run([] {
          some_work();
          const auto until = std::chrono::steady_clock::now() + 3s;
          const std::string path = directory + "/stall.json";
          while (!std::filesystem::exists(path) && std::chrono::steady_clock::now() < until) continue;
          weft::sleep_for(100ms);  // the watchdog writes
        });
      },
      "WEFT_DIAG", "flight=FILE,stall=50", "stall.json");
  play("nowhere", panics, "WEFT_DIAG", "flight=/no/such/directory/file", "nowhere.json");
  play(
      "off", [] { return weft::run(some_work); }, "WEFT_DIAG", "flight=off", "off.json");
  play(
      "fork",
      [] {
        return weft::run([] {
          some_work();
          const pid_t child = fork();
          if (child == 0) exit(0);
          int status = 0;
          waitpid(child, &status, 0);
          if (std::filesystem::exists(directory + "/fork.json")) std::puts("the child has written the trace");
        });
      },
      "WEFT_TRACE", "FILE", "fork.json");
  std::filesystem::remove_all(directory);
}
