// SPDX-License-Identifier: Apache-2.0
//
// Many sockets become readable at once: who waits may be read for (src/sched/batch_reader.hpp). That nothing is
// different then is what these show; that it happens, test/crash/net_read_for.cpp.
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "network.hpp"
#include "weft/testing.hpp"

namespace {

using namespace weft::test;

constexpr std::size_t parties = 24;

/// One read into the reader's own stack, at most `most` bytes: only so he may be read for.
std::string read_on_stack(weft::net::stream& from, std::size_t most, std::error_code* error = nullptr) {
  std::array<std::byte, 64> here;
  const auto n = from.read(std::span(here).first(most));
  if (error != nullptr) *error = n.error();
  return n ? std::string(reinterpret_cast<const char*>(here.data()), *n) : std::string();
}

std::string message(std::size_t party, std::size_t round) {
  return std::to_string(party) + '.' + std::to_string(round) + std::string(party % 7, '+');
}

WEFT_TEST_WITH("N1.6", "many who wait to read get each what is theirs, round for round", .seeds = 10) {
  std::vector<std::unique_ptr<tcp_ends>> all;
  for (std::size_t i = 0; i < parties; ++i) all.push_back(std::make_unique<tcp_ends>());
  weft::wait_group echoes;
  for (std::size_t i = 0; i < parties; ++i) {
    echoes.go([&ends = *all[i], i] {
      for (;;) {
        const std::string text = read_on_stack(ends.server, i % 3 == 0 ? 1 : 64);  // some take a byte at a time
        if (text.empty()) return;
        EXPECT_TRUE(ends.server.write(bytes_of(text)));
      }
    });
  }
  for (std::size_t round = 0; round < 8; ++round) {
    weft::testing::settle();
    for (std::size_t i = 0; i < parties; ++i) EXPECT_TRUE(all[i]->client.write(bytes_of(message(i, round))));
    for (std::size_t i = 0; i < parties; ++i) {
      EXPECT_EQ(read_exactly(all[i]->client, message(i, round).size()), message(i, round));
    }
  }
  for (auto& each : all) each->client.close();
  echoes.wait();
}

WEFT_TEST_WITH("N1.6", "of many who wait to read some find the end, some an error, some more than they have room for",
               .seeds = 10) {
  std::vector<std::unique_ptr<tcp_ends>> all;
  for (std::size_t i = 0; i < parties; ++i) all.push_back(std::make_unique<tcp_ends>());
  weft::wait_group readers;
  for (std::size_t i = 0; i < parties; ++i) {
    readers.go([&ends = *all[i], i] {
      std::error_code error;
      std::string text;
      for (std::string more = "?"; !more.empty(); text += more) {
        more = read_on_stack(ends.server, i % 4 == 3 ? 3 : 64, &error);
      }
      EXPECT_EQ(text, i % 4 < 2 ? "" : message(i, 0));
      EXPECT_EQ(error, i % 4 == 1 ? std::error_code(ECONNRESET, std::system_category()) : std::error_code());
    });
  }
  weft::testing::settle();
  for (std::size_t i = 0; i < parties; ++i) {
    if (i % 4 == 1) {
      EXPECT_TRUE(all[i]->client.set_linger(0s));  // close() resets
    } else if (i % 4 >= 2) {
      EXPECT_TRUE(all[i]->client.write(bytes_of(message(i, 0))));
    }
    all[i]->client.close();
  }
  readers.wait();
}

WEFT_TEST_WITH("N1.6", "of many who wait to read some give up as their bytes come, and no byte is lost", .seeds = 20) {
  std::array<unix_ends, parties> all;
  weft::wait_group readers;
  for (std::size_t i = 0; i < parties; ++i) {
    readers.go([&ends = all[i], i] {
      std::byte byte{};
      const auto first = i % 2 == 0 ? ends.left.read_for(1ms, {&byte, 1}) : ends.left.read({&byte, 1});
      if (!first) {
        EXPECT_EQ(first.error(), i % 2 == 0 ? weft::errc::timed_out : weft::errc::closed);
        if (i % 2 == 0) {
          EXPECT_EQ(read_some(ends.left), "y");
        }
      } else {
        EXPECT_EQ(byte, std::byte{'y'});
      }
    });
  }
  weft::sleep_for(1ms);
  for (std::size_t i = 0; i < parties; ++i) {
    EXPECT_TRUE(all[i].right.write(bytes_of("y")));
    if (i % 8 == 1) all[i].left.close();
  }
  readers.wait();
}

}  // namespace
