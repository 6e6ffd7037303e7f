// SPDX-License-Identifier: Apache-2.0
//
// Numbers of descriptors are used again at once; what comes late for an earlier one reaches nobody.
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>

#include "network.hpp"
#include "weft/testing.hpp"

namespace {

using namespace weft::test;

WEFT_TEST_WITH("N5.1", "connections that come and go on the same numbers do not disturb each other", .seeds = 20) {
  weft::wait_group all;
  for (int party = 0; party < 4; ++party) {
    all.go([party] {
      for (int round = 0; round < 25; ++round) {
        unix_ends local;
        const std::string text = std::to_string(party) + ':' + std::to_string(round);
        weft::wait_group reader;
        reader.go([&] { EXPECT_EQ(read_exactly(local.left, text.size()), text); });
        if (round % 2 == 0) weft::yield();
        EXPECT_TRUE(local.right.write(bytes_of(text)));
        reader.wait();
        EXPECT_TRUE(local.right.write(bytes_of(round % 3 == 0 ? "never read" : "")));
      }
    });
  }
  all.wait();
}

WEFT_TEST_WITH("N5.2", "an event of a descriptor that was closed wakes nobody who waits for its successor",
               .seeds = 20) {
  for (int round = 0; round < 5; ++round) {
    {
      unix_ends old;
      EXPECT_TRUE(old.right.write(bytes_of("x")));  // the event is there, and nobody has fetched it
    }
    unix_ends fresh;
    std::string buffer(10, ' ');
    EXPECT_EQ(fresh.left.read_for(1ms, room(buffer)).error(), weft::errc::timed_out);
    EXPECT_TRUE(fresh.right.write(bytes_of("y")));
    EXPECT_EQ(read_some(fresh.left), "y");
  }
}

WEFT_TEST_WITH("N5.3", "a wait for a number that belongs to another file by now ends", .seeds = 10) {
  const int old = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  weft::wait_group waiter;
  waiter.go([old] { EXPECT_EQ(weft::wait_readable(old).error(), std::errc::bad_file_descriptor); });
  weft::testing::settle();
  const int fresh = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
  ASSERT_EQ(dup3(fresh, old, O_CLOEXEC), old);  // closes it behind weft's back
  EXPECT_TRUE(weft::wait_readable(old));
  waiter.wait();
  close(old);
  close(fresh);
}

WEFT_TEST_WITH("N5.4", "a socket takes the number of a descriptor that somebody else has closed", .seeds = 10) {
  const int old = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  weft::wait_group waiter;
  waiter.go([old] { EXPECT_EQ(weft::wait_readable(old).error(), std::errc::bad_file_descriptor); });
  weft::testing::settle();
  syscall(SYS_close, old);  // unseen by ThreadSanitizer, to whom it is the race that it is
  unix_ends fresh;
  EXPECT_TRUE(fresh.left.native_handle() == old || fresh.right.native_handle() == old);
  waiter.wait();
  EXPECT_TRUE(fresh.right.write(bytes_of("y")));
  EXPECT_EQ(read_some(fresh.left), "y");
}

WEFT_TEST_WITH("B3.8", "a socket of weft's may be waited for as any descriptor", .seeds = 20) {
  unix_ends local;
  const int fd = local.left.native_handle();
  EXPECT_TRUE(weft::wait_writable(fd));
  EXPECT_EQ(weft::wait_readable_for(1ms, fd).error(), weft::errc::timed_out);
  weft::wait_group all;
  all.go([fd] { EXPECT_TRUE(weft::wait_readable(fd)); });
  all.go([&] { EXPECT_EQ(read_some(local.left, 1), "x"); });
  weft::testing::settle();
  EXPECT_TRUE(local.right.write(bytes_of("xx")));
  all.wait();
  EXPECT_EQ(read_some(local.left), "x");
}

WEFT_TEST_WITH("B3.9", "several wait for one descriptor, and all are woken, in both directions", .seeds = 20) {
  unix_ends local;
  fill(local.left);
  const int fd = local.left.native_handle();
  weft::wait_group all;
  for (int i = 0; i < 3; ++i) {
    all.go([fd] { EXPECT_TRUE(weft::wait_readable(fd)); });
    all.go([fd] { EXPECT_TRUE(weft::wait_writable(fd)); });
  }
  weft::testing::settle();
  EXPECT_TRUE(local.right.write(bytes_of("x")));
  EXPECT_TRUE(local.right.shutdown_write());
  std::string drained(65536, ' ');
  while (local.right.read_for(0s, room(drained))) continue;
  all.wait();
}

WEFT_TEST_WITH("B3.9", "those who wait for one descriptor come, give up and come again, and none is forgotten",
               .seeds = 40) {
  constexpr int parties = 6;
  const int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC | EFD_SEMAPHORE);  // each read takes one
  std::atomic<bool> enough{false};
  std::atomic<int> taken{0};
  weft::wait_group all;
  for (int party = 0; party < parties; ++party) {
    all.go([&, party] {
      while (!enough) {
        if (party % 3 == 0) {
          EXPECT_TRUE(weft::wait_readable(fd));
        } else if (party % 3 == 1) {
          static_cast<void>(weft::wait_readable_for(weft::detail::draw() % 200 * 1us, fd));
        } else {
          EXPECT_TRUE(weft::wait_writable(fd));
          weft::yield();
        }
        eventfd_t one = 0;
        if (eventfd_read(fd, &one) == 0) ++taken;
      }
    });
  }
  constexpr int given = 60;
  for (int i = 0; i < given; ++i) {
    EXPECT_EQ(eventfd_write(fd, 1), 0);
    if (i % 4 == 0) weft::sleep_for(weft::detail::draw() % 300 * 1us);
  }
  while (taken < given) weft::yield();
  enough = true;
  EXPECT_EQ(eventfd_write(fd, 1), 0);  // and nobody takes it but who looks before he leaves
  for (int i = 0; i < parties; ++i) EXPECT_EQ(eventfd_write(fd, 1), 0);
  all.wait();
  close(fd);
}

WEFT_TEST_WITH("B3.10", "waits for descriptors say what is wrong as a value, and whether it is ready now", .seeds = 5) {
  EXPECT_EQ(weft::wait_readable(-1).error(), std::errc::bad_file_descriptor);
  EXPECT_EQ(weft::wait_readable(1 << 30).error(), std::errc::too_many_files_open);
  const int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  EXPECT_EQ(weft::wait_readable_for(0s, fd).error(), weft::errc::timed_out);
  EXPECT_TRUE(weft::wait_writable_for(0s, fd));
  auto ctx = weft::with_cancel(weft::background());
  ctx.cancel();
  EXPECT_EQ(weft::wait_writable(ctx, fd).error(), weft::errc::cancelled);
  auto soon = weft::with_timeout(weft::background(), 1ms);
  EXPECT_EQ(weft::wait_readable(soon, fd).error(), weft::errc::timed_out);
  EXPECT_EQ(weft::wait_readable_until(weft::clock::now() + 1ms, fd).error(), weft::errc::timed_out);
  close(fd);
  EXPECT_EQ(weft::wait_writable(fd).error(), std::errc::bad_file_descriptor);
}

}  // namespace
