// SPDX-License-Identifier: Apache-2.0
//
// The ring of io_uring under goroutines: what no file shows, because no file waits for ever. Without io_uring there is
// nothing to test.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "harness.hpp"
#include "io/ring.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;
using weft::detail::canceller;
using weft::detail::file_outcome;
using weft::detail::file_ring;
using weft::detail::uring_code;
using weft::detail::uring_request;
using weft::detail::wait_end;
using weft::detail::wait_limit;

/// A ring for one test; null, and a line about it, if the kernel refuses.
std::unique_ptr<file_ring> a_ring() {
  auto ring = std::make_unique<file_ring>();
  const int error = ring->open();
  if (error == 0) return ring;
  std::printf("skipped: no io_uring here: %s\n", std::strerror(error));
  return nullptr;
}

/// The ring's own goroutine has ended, too, when it returns.
template <class F>
void run_drained(F body) {
  weft::run(body, {.drain = true});
}

struct pipe_ends {
  int ends[2] = {-1, -1};
  pipe_ends() { EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0); }
  pipe_ends(const pipe_ends&) = delete;
  pipe_ends& operator=(const pipe_ends&) = delete;
  ~pipe_ends() {
    close(ends[0]);
    close(ends[1]);
  }
  void put(const char* text) const {
    EXPECT_EQ(write(ends[1], text, std::strlen(text)), static_cast<ssize_t>(std::strlen(text)));
  }
};

template <class Room>
uring_request read_of(int fd, Room& room) {
  uring_request request;
  request.code = uring_code::read;
  request.fd = fd;
  request.address = room.data();
  request.length = static_cast<std::uint32_t>(room.size());
  request.offset = weft::detail::at_position;
  return request;
}

WEFT_PLAIN_TEST("FS11.1", "an operation that waits takes no thread, and ends when there is something") {
  const auto ring = a_ring();
  if (!ring) return;
  const pipe_ends p;
  run_drained([&] {
    weft::task<void> reading = weft::spawn([&] {
      std::array<char, 8> room{};
      const file_outcome got = ring->perform(read_of(p.ends[0], room), true, {});
      EXPECT_EQ(got.value, 4);
      EXPECT_EQ(std::string(room.data(), 4), "text");
    });
    weft::testing::settle();
    p.put("text");
    reading.join();
  });
}

WEFT_PLAIN_TEST("FS11.2", "an operation that is given up has not happened: what comes later is the next one's") {
  const auto ring = a_ring();
  if (!ring) return;
  const pipe_ends p;
  run_drained([&] {
    std::array<char, 8> room{};
    const file_outcome late = ring->perform(read_of(p.ends[0], room), true, weft::detail::within(2ms));
    EXPECT_EQ(late.end, wait_end::timed_out);
    EXPECT_EQ(ring->perform(read_of(p.ends[0], room), true, weft::detail::within(0ms)).end, wait_end::timed_out);
    canceller by;
    weft::task<void> cancelling = weft::spawn([&] {
      weft::testing::settle();
      by.cancel(weft::errc::cancelled);
    });
    EXPECT_EQ(ring->perform(read_of(p.ends[0], room), true, {.by = &by}).end, wait_end::cancelled);
    EXPECT_EQ(ring->perform(read_of(p.ends[0], room), true, {.by = &by}).end, wait_end::cancelled);
    cancelling.join();
    p.put("text");
    EXPECT_EQ(ring->perform(read_of(p.ends[0], room), true, weft::detail::within(0ms)).value, 4);
  });
}

WEFT_PLAIN_TEST(
    "FS11.2",
    "the opening of a FIFO to which nobody comes can be given up, though a thread of the kernel waits in it") {
  const auto ring = a_ring();
  if (!ring) return;
  std::string directory = "/tmp/weft-ring-XXXXXX";
  ASSERT_NE(mkdtemp(directory.data()), nullptr);
  std::string fifo = directory + "/fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  run_drained([&] {
    uring_request request;
    request.code = uring_code::open;
    request.address = fifo.data();
    request.flags = O_RDONLY | O_CLOEXEC;
    request.by_worker = true;
    weft::wait_group all;
    for (int i = 0; i < 50; ++i) {  // more than the threads that the kernel has for that unless it is asked for more
      all.go([&] {
        const file_outcome late = ring->perform(request, false, weft::detail::within(20ms));
        EXPECT_EQ(late.end, wait_end::timed_out) << late.value;
      });
    }
    all.wait();
    weft::task<void> other_end = weft::spawn([&] {
      uring_request writer = request;
      writer.flags = O_WRONLY | O_CLOEXEC;
      const file_outcome opened = ring->perform(writer, false, {});
      EXPECT_GE(opened.value, 0);
      close(static_cast<int>(opened.value));
    });
    const file_outcome opened = ring->perform(request, false, {});
    EXPECT_GE(opened.value, 0);
    close(static_cast<int>(opened.value));
    other_end.join();
  });
  unlink(fifo.c_str());
  rmdir(directory.c_str());
}

WEFT_PLAIN_TEST("FS11.2", "of completion and cancellation at once one happens, and no byte is lost") {
  const auto ring = a_ring();
  if (!ring) return;
  const pipe_ends p;
  run_drained([&] {
    for (int round = 0; round < 300; ++round) {
      canceller by;
      std::array<char, 1> room{};
      weft::wait_group both;
      both.go([&] { p.put("x"); });
      both.go([&] { by.cancel(weft::errc::cancelled); });
      const file_outcome got = ring->perform(read_of(p.ends[0], room), true, {.by = &by});
      both.wait();
      if (got.end == wait_end::cancelled) {
        EXPECT_EQ(ring->perform(read_of(p.ends[0], room), true, weft::detail::within(10s)).value, 1);
      } else {
        EXPECT_EQ(got.value, 1);
      }
    }
  });
}

WEFT_PLAIN_TEST("FS11.3", "more operations wait than the ring holds, and those for ever lock nobody out") {
  const auto ring = a_ring();
  if (!ring) return;
  const pipe_ends p;
  const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  const int count = 3000;
  run_drained([&] {
    weft::wait_group all;
    std::atomic<int> got{0};
    for (int i = 0; i < count; ++i) {
      all.go([&] {
        std::array<char, 1> room{};
        got += static_cast<int>(ring->perform(read_of(p.ends[0], room), true, {}).value);
      });
    }
    weft::testing::settle();
    weft::wait_group others;
    std::atomic<int> read{0};
    for (int i = 0; i < count; ++i) {
      others.go([&, i] {
        std::array<char, 4> room{};
        uring_request request = read_of(file, room);
        request.offset = 0;
        request.by_worker = i % 2 == 0;
        read += static_cast<int>(ring->perform(request, false, {}).value);
      });
    }
    others.wait();
    EXPECT_EQ(read, 4 * count);
    const std::string text(static_cast<std::size_t>(count), 'x');
    p.put(text.c_str());
    all.wait();
    EXPECT_EQ(got, count);
  });
  close(file);
}

WEFT_PLAIN_TEST("FS10", "a run leaves operations to the kernel; the next one calls them off and goes on") {
  const auto ring = a_ring();
  if (!ring) return;
  const pipe_ends p;
  for (int round = 0; round < 5; ++round) {
    weft::run([&] {
      for (int i = 0; i < 10; ++i) {
        weft::go([&] {
          std::array<char, 64> room{};
          static_cast<void>(ring->perform(read_of(p.ends[0], room), true, {}));
          ADD_FAILURE() << "it belongs to a run that is over";
        });
      }
      weft::testing::settle();
    });
    run_drained([&] {
      weft::task<void> reading = weft::spawn([&] {
        std::array<char, 8> room{};
        EXPECT_EQ(ring->perform(read_of(p.ends[0], room), true, {}).value, 4);
        EXPECT_EQ(std::string(room.data(), 4), "next");
      });
      weft::testing::settle();
      p.put("next");
      reading.join();
    });
  }
}

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

WEFT_PLAIN_TEST("FS10", "a file that is opened for a run that is over is closed again") {
  const auto ring = a_ring();
  if (!ring) return;
  std::string directory = "/tmp/weft-ring-XXXXXX";
  ASSERT_NE(mkdtemp(directory.data()), nullptr);
  std::string fifo = directory + "/fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  uring_request request;
  request.code = uring_code::open;
  request.address = fifo.data();
  request.flags = O_RDONLY | O_CLOEXEC;
  request.by_worker = true;
  const pipe_ends p;
  weft::run([&] {
    weft::go([&] { static_cast<void>(ring->perform(request, false, {})); });
    weft::testing::settle();
  });
  const auto before = open_descriptors();
  const int other_end = open(fifo.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
  for (int tries = 0; open_descriptors() != before + 2 && tries < 5000; ++tries) usleep(1000);
  EXPECT_EQ(open_descriptors(), before + 2) << "the kernel opens it";
  p.put("next");
  run_drained([&] {
    std::array<char, 8> room{};
    EXPECT_EQ(ring->perform(read_of(p.ends[0], room), true, {}).value, 4);
  });
  EXPECT_EQ(open_descriptors(), before + 1);
  close(other_end);
  unlink(fifo.c_str());
  rmdir(directory.c_str());
}

WEFT_PLAIN_TEST("FS11.4", "what a thread has submitted goes on when that thread has ended") {
  const auto ring = a_ring();
  if (!ring) return;
  const pipe_ends p;
  const int before = weft::gomaxprocs(8);
  run_drained([&] {
    weft::wait_group all;
    for (int i = 0; i < 32; ++i) {
      all.go([&] {
        std::array<char, 1> room{};
        weft::blocking([] { usleep(2000); });  // on threads that are not needed afterwards
        EXPECT_EQ(ring->perform(read_of(p.ends[0], room), true, {}).value, 1);
      });
    }
    weft::sleep_for(7s);  // an idle thread is kept for five
    p.put("abcdefghabcdefghabcdefghabcdefgh");
    all.wait();
  });
  weft::gomaxprocs(before);
}

WEFT_PLAIN_TEST("FS11.5", "a request that the kernel refuses reports the error") {
  const auto ring = a_ring();
  if (!ring) return;
  run_drained([&] {
    std::array<char, 1> room{};
    EXPECT_EQ(ring->perform(read_of(-1, room), false, {}).value, -EBADF);
    uring_request request;
    request.code = uring_code::open;
    request.address = const_cast<char*>("/no/such/file");
    EXPECT_EQ(ring->perform(request, false, {}).value, -ENOENT);
  });
}

}  // namespace
