// SPDX-License-Identifier: Apache-2.0
//
// Files that cannot be written, or not at once, and names that no file has.
//
// guarantee: BI7 BI7.1 BI7.2
// sentence: what cannot be written is told with its reason, and nobody waits for a reader
// engines: sched
// seconds: 60
// expect-stdout: ^full: trace No space left on device, goroutines No space left on device, metrics No space left on device$
// expect-stdout: ^missing: trace No such file or directory, goroutines No such file or directory, metrics Bad file descriptor$
// expect-stdout: ^folder: trace Is a directory, goroutines Is a directory, metrics Bad file descriptor$
// expect-stdout: ^unread pipe: trace No such device or address, goroutines No such device or address, metrics none$
// expect-stdout: ^\[pipe\] err: panic: nobody reads$
// expect-stdout: ^\[pipe\] err: weft: the trace could not be written to .*pipe$
// expect-stdout: ^\[pipe\] exit 2$
// expect-stdout: ^\[long\] err: weft: no trace will be written: the name of its file has 300 characters, of at most 255$
// expect-stdout: ^\[long\] exit 0$
// expect-stdout: ^\[garbage\] exit 0$
// expect-stdout: ^\[mode\] exit 0$
// expect-stdout: ^mode: 600$
// expect-stdout: ^\[labels\] err: .*"label": "q\\"\\\\\?\\u000a.."
// expect-stdout: ^\[circle\] err: .*"label": "q\\"\\\\\?\\u000a.."
// expect-stdout: ^quantile of no share: 0$
// expect-stdout-not: did not end|signal
#include <sys/stat.h>

#include <filesystem>
#include <limits>
#include <string>

#include "scene.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

std::string why(const weft::result<void>& r) { return r ? "written" : r.error().message(); }

void save_everything(const char* what, const std::string& file) {
  const int fd = open(file.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  const int metrics = file.find("pipe") != std::string::npos ? 0 : weft::write_open_metrics(fd);
  std::printf("%s: trace %s, goroutines %s, metrics %s\n", what, why(weft::trace::save(file)).c_str(),
              why(weft::profile::save_goroutines(file)).c_str(),
              metrics == 0 ? "none" : std::generic_category().message(metrics).c_str());
  std::fflush(stdout);
  if (fd >= 0) close(fd);
}

constexpr char odd_label[] = "q\"\\\xff\n\xc3\xa9";

int label_in_reports() {
  static weft::mutex m;
  return weft::run([] {
    weft::go({.label = odd_label}, [] {
      m.lock();
      m.lock();
    });
    weft::testing::settle();
  });
}

int main() {
  weft::duration_histogram one;
  one.record(std::chrono::seconds(1));
  std::printf("quantile of no share: %lld\n",
              static_cast<long long>(one.quantile(std::numeric_limits<double>::quiet_NaN()).count()));
  scene("labels").play(label_in_reports, "WEFT_DIAG", "leaks=json,deadlock=off");
  scene("circle").play(label_in_reports, "WEFT_DIAG", "deadlockform=json");
  const std::string name = std::filesystem::temp_directory_path() / "weft-XXXXXX";
  std::string folder = name;
  if (mkdtemp(folder.data()) == nullptr) return 1;
  const std::string pipe = folder + "/pipe", own = folder + "/own.json";
  if (mkfifo(pipe.c_str(), 0600) != 0) return 1;
  scene("pipe").play([] { return weft::run([] { weft::panic("nobody reads"); }); }, "WEFT_TRACE", pipe.c_str());
  const std::string longer = folder + "/" + std::string(300 - folder.size() - 1, 'x');
  scene("long").play([] { return weft::run([] {}); }, "WEFT_TRACE", longer.c_str());
  scene("garbage").play([] { return weft::run([] { weft::sleep_for(std::chrono::milliseconds(5)); }); }, "WEFT_DEBUG",
                        "schedtrace=-1,schedtrace=99999999999999999999999,=,,\xff");
  scene("mode").play([] { return weft::run([] {}); }, "WEFT_TRACE", own.c_str());
  struct stat made {};
  std::printf("mode: %o\n", stat(own.c_str(), &made) == 0 ? made.st_mode & 0777 : 0);
  const int status = weft::run([&] {
    save_everything("full", "/dev/full");
    save_everything("missing", folder + "/none/file");
    save_everything("folder", folder);
    save_everything("unread pipe", pipe);
  });
  std::filesystem::remove_all(folder);
  return status;
}
