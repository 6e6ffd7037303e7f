// SPDX-License-Identifier: Apache-2.0
//
// Reading for many by one call. Without io_uring there is nothing to test.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include "harness.hpp"
#include "park/watched.hpp"
#include "sched/batch_reader.hpp"

namespace {

using weft::detail::batch_reader;
using weft::detail::seated_readers;
using weft::detail::wanted_read;
using weft::detail::watched;

/// Somebody in a seat who wants to read from one end of a pair.
struct seat {
  watched place;
  std::array<char, 16> buffer{};
  wanted_read wanted{buffer.data(), sizeof buffer};
  int ends[2] = {-1, -1};

  seat() {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    place.fd = ends[0];
    place.who.kind = weft::detail::waiter_kind::thread;
    place.node.who = &place.who;
    place.node.slot = &wanted;
  }
  seat(const seat&) = delete;
  seat& operator=(const seat&) = delete;
  ~seat() {
    close(ends[0]);
    close(ends[1]);
  }
};

template <std::size_t n>
void read_for(batch_reader& reader, std::array<seat, n>& seats, std::size_t workers = 1) {
  seated_readers readers;
  for (seat& each : seats) readers.at[readers.n++] = &each.place;
  reader.read_for(readers, workers);
}

/// Says so if there is no ring to be had here. Sanitizers would not see what is read.
bool can_read_for_others() {
  weft::detail::uring ring;
  const int error = ring.open_for_thread(8);
  const char* const io = std::getenv("WEFT_IO");
  if (error == 0 && !weft::test::under_thread_sanitizer && !weft::test::under_address_sanitizer &&
      (io == nullptr || std::string(io) != "epoll")) {
    return true;
  }
  std::printf("skipped: nobody is read for here: %s\n", std::strerror(error));
  return false;
}

std::size_t rings_mapped() {
  std::ifstream maps("/proc/self/maps");
  std::size_t found = 0;
  for (std::string line; std::getline(maps, line);) found += line.find("[io_uring]") != std::string::npos;
  return found;
}

WEFT_PLAIN_TEST("N1.6", "of many who are read for each has what was there: bytes, nothing, the end, an error") {
  if (!can_read_for_others()) return;
  batch_reader reader;
  std::array<seat, 5> seats;
  seats[0].place.changes[0].store(7);
  EXPECT_EQ(write(seats[0].ends[1], "some", 4), 4);
  EXPECT_EQ(write(seats[1].ends[1], "more than there is room for", 27), 27);
  shutdown(seats[3].ends[1], SHUT_WR);
  seats[4].place.fd = -1;
  read_for(reader, seats);
  EXPECT_TRUE(seats[0].wanted.done);
  EXPECT_EQ(std::string(seats[0].buffer.data()), "some");
  EXPECT_EQ(seats[0].wanted.value, 4);
  EXPECT_EQ(seats[0].wanted.seen, 7u);
  EXPECT_EQ(std::string(seats[1].buffer.data(), 16), "more than there ");
  EXPECT_FALSE(seats[2].wanted.done);
  EXPECT_TRUE(seats[3].wanted.done);
  EXPECT_EQ(seats[3].wanted.value, 0);
  EXPECT_TRUE(seats[4].wanted.done);
  EXPECT_EQ(seats[4].wanted.value, -EBADF);
}

WEFT_PLAIN_TEST("N1.6", "few are not read for, and of many no more than a worker's share") {
  if (!can_read_for_others()) return;
  batch_reader reader;
  std::array<seat, 3> few;
  for (seat& each : few) EXPECT_EQ(write(each.ends[1], "x", 1), 1);
  read_for(reader, few);
  EXPECT_FALSE(few[0].wanted.done);
  std::array<seat, 20> many;
  for (seat& each : many) EXPECT_EQ(write(each.ends[1], "x", 1), 1);
  read_for(reader, many, 64);
  std::size_t done = 0;
  for (const seat& each : many) done += each.wanted.done;
  EXPECT_EQ(done, 8u);
}

WEFT_PLAIN_TEST("N1.6", "who gets no ring for want of a descriptor does not ask again with the next batch") {
  if (!can_read_for_others()) return;
  std::array<seat, 4> seats;
  for (seat& each : seats) EXPECT_EQ(write(each.ends[1], "x", 1), 1);
  rlimit usual{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
  const int lowest_free = dup(0);
  close(lowest_free);
  const rlimit none{static_cast<rlim_t>(lowest_free), usual.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  batch_reader refused;
  const auto asked = std::chrono::steady_clock::now();
  read_for(refused, seats);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &usual), 0);
  EXPECT_FALSE(seats[0].wanted.done);
  read_for(refused, seats);
  if (std::chrono::steady_clock::now() - asked < std::chrono::seconds(1)) {  // else it may
    EXPECT_FALSE(seats[0].wanted.done);
  }
  batch_reader other;
  if (!seats[0].wanted.done) read_for(other, seats);
  EXPECT_TRUE(seats[0].wanted.done);
}

WEFT_PLAIN_TEST("N1.6", "who reads for others keeps no descriptor, and leaves nothing behind") {
  if (!can_read_for_others()) return;
  const std::size_t before = rings_mapped();
  for (int round = 0; round < 40; ++round) {  // a thread has room for 16 of them
    std::array<seat, 4> seats;
    const int next = dup(0);  // the number that a descriptor of the reader's would have
    close(next);
    batch_reader reader;
    for (seat& each : seats) EXPECT_EQ(write(each.ends[1], "x", 1), 1);
    read_for(reader, seats);
    ASSERT_TRUE(seats[3].wanted.done) << "round " << round;
    const int then = dup(0);
    close(then);
    EXPECT_EQ(then, next);
  }
  EXPECT_EQ(rings_mapped(), before);
}

}  // namespace
