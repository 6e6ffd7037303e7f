// SPDX-License-Identifier: Apache-2.0
//
// A process that is not what it seems, for the command `weft` to look into: liar MODE prints its number, or that of the
// process to ask, and waits for the end of its input. liars.sh asks, and begins every line with the mode.
//
// guarantee: BI2 BI2.1 BI2.2 BI2.3
// sentence: the command weft survives processes that end, lie or are somebody else
// expect-stdout: ^torn: weft: process \d+ \(weft_liar\) has ended in the middle of its answer$
// expect-stdout: ^torn trace: weft: process \d+ \(weft_liar\) has ended in the middle of its answer$
// expect-stdout: ^torn trace file: none$
// expect-stdout: ^endless: weft: process \d+ \(weft_liar\) would answer with more than a gigabyte$
// expect-stdout: ^long line: weft: process \d+ \(weft_liar\): .*: Message too long$
// expect-stdout: ^orders: goroutine 1 \?\]0;owned\? of \?\?\[2J$
// expect-stdout: ^refusal: weft: process \d+ \(weft_liar\) answers: error: \?\[2J$
// expect-stdout: ^foreign: weft: process \d+ \([\w.]+\) does not listen: .*\.sock belongs to another process$
// expect-stdout: ^empty page: weft: process \d+ \(weft_liar\): its statistics page is not finished, or that of another version
// expect-stdout: ^other version: weft: process \d+ \(weft_liar\): its statistics page is not finished, or that of another version
// expect-stdout: ^large numbers: weft_liar \(process \d+\): \d+ goroutines
// expect-stdout: ^cut short: weft_liar \(process \d+\): 7 goroutines
// expect-stdout: ^forked: weft: process \d+ \(weft_liar\): its statistics page is that of process \d+, from which it was forked$
// expect-stdout-not: \x1b
// expect-stdout-not: Sanitizer|: exit
// seconds: 60
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>

#include "weft/detail/stats_page.hpp"
#include "weft/weft.hpp"

using namespace weft::detail;

/// Answers whatever is asked with `text`.
void serve(pid_t number, const std::string& text) {
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = std::string(std::getenv("XDG_RUNTIME_DIR")) + "/weft/" + std::to_string(number) + ".sock";
  std::memcpy(address.sun_path, path.c_str(), path.size());
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || listen(fd, 8) != 0) std::exit(1);
  std::thread([fd, text] {
    for (;;) {
      const int peer = accept(fd, nullptr, nullptr);
      char question[64];
      static_cast<void>(!read(peer, question, sizeof question));
      send(peer, text.data(), text.size(), MSG_NOSIGNAL);
      close(peer);
    }
  }).detach();
}

/// Leaves a page among this process's descriptors.
void* make_page(std::size_t bytes) {
  const int fd = memfd_create(stats_name, MFD_CLOEXEC);
  if (fd < 0 || ftruncate(fd, static_cast<off_t>(bytes)) != 0) std::exit(1);
  if (bytes == 0) return nullptr;
  void* const page = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  return page != MAP_FAILED ? page : nullptr;
}

void show_page(std::uint32_t version, std::uint32_t room, std::uint64_t number) {
  auto* const head = static_cast<stats_head*>(make_page(sizeof(stats_head) + 2048));
  if (head == nullptr) std::exit(1);
  head->magic.store(stats_magic);
  head->version = version;
  head->lanes_at = room > 1 ? ~std::uint32_t{0} : sizeof(stats_head);
  head->lane_bytes = room > 1 ? ~std::uint32_t{0} : sizeof(stats_lane);
  head->lane_room = room;
  head->pid = static_cast<std::uint64_t>(getpid());
  head->lanes.store(number);
  head->goroutines.store(number);
  head->looked_ns.store(number);
  head->hog_ns.store(number);
  std::memset(head->hog_file, '\x1b', sizeof head->hog_file);
}

/// A child of a process with weft in it, which has its descriptors.
pid_t forked() {
  pid_t child = 0;
  weft::run([&] {
    child = fork();
    if (child == 0) {
      char byte = 0;
      _exit(static_cast<int>(read(0, &byte, 1)));
    }
  });
  return child;
}

int main(int, char** argv) {
  const std::string_view mode = argv[1];
  pid_t number = getpid();
  if (mode == "torn") serve(number, "ok 1000\ngoroutine 1");
  if (mode == "endless") serve(number, "ok 99999999999999999999999\n");
  if (mode == "long line") serve(number, std::string(100'000, 'x'));
  const std::string orders = "goroutine 1 \x1b]0;owned\a of \xc2\x9b[2J\n";
  if (mode == "orders") serve(number, "ok " + std::to_string(orders.size()) + "\n" + orders);
  if (mode == "refusal") serve(number, "error: \x1b[2J\n");
  if (mode == "foreign") serve(number = getppid(), "ok 2\nhi");
  if (mode == "empty page") make_page(0);
  if (mode == "other version") show_page(stats_version + 1, 1, 1);
  if (mode == "large numbers") show_page(stats_version, 65536, ~std::uint64_t{0});
  if (mode == "cut short") show_page(stats_version, 1, 7);
  if (mode == "forked") number = forked();
  std::printf("%d\n", static_cast<int>(number));
  std::fflush(stdout);
  char byte = 0;
  static_cast<void>(!read(0, &byte, 1));
}
