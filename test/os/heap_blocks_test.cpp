// SPDX-License-Identifier: Apache-2.0
//
// What is known of glibc's heap. With another allocator, a sanitizer's for instance, nothing is, and nothing is asked.
#include "os/heap_blocks.hpp"

#include <algorithm>
#include <cstdlib>
#include <thread>
#include <vector>

#include "harness.hpp"

namespace weft::test {
namespace {

using namespace weft::detail;

struct view {
  mapped_memory memory;
  memory_reader reader;
  heap_blocks heap{memory};

  view() { heap.read(reader); }

  [[nodiscard]] bool is_mallocs(std::uintptr_t address) const {
    const auto own = heap.own_memory();
    return std::any_of(own.begin(), own.end(), [&](const hidden_range& each) { return each.holds(address); });
  }
};

/// As numbers: what was freed must not be looked at.
std::vector<std::uintptr_t> some_blocks(std::size_t size, std::size_t n) {
  std::vector<std::uintptr_t> blocks;
  for (std::size_t i = 0; i < n; ++i) blocks.push_back(reinterpret_cast<std::uintptr_t>(std::malloc(size)));
  return blocks;
}

void free_all(const std::vector<std::uintptr_t>& blocks) {
  for (const std::uintptr_t each : blocks) std::free(reinterpret_cast<void*>(each));
}

/// Some that stay in the thread's cache, some that go to the fastbins, some that go to other bins.
void look_before_and_after(std::size_t size, std::size_t n) {
  const std::vector<std::uintptr_t> blocks = some_blocks(size, n);
  {
    view now;
    if (!now.heap.known()) return free_all(blocks);
    for (const std::uintptr_t each : blocks) {
      EXPECT_EQ(now.heap.block_of(each, now.reader).begin(), each);
      EXPECT_TRUE(now.heap.block_of(each + size, now.reader).begin() == each);  // the end belongs to it
      EXPECT_TRUE(!now.is_mallocs(each));
      EXPECT_TRUE(!now.is_mallocs(each + size - 8));
    }
    EXPECT_TRUE(now.heap.unchanged(now.reader));
  }
  free_all(blocks);
  const view later;
  const auto found = std::count_if(blocks.begin(), blocks.end(), [&](std::uintptr_t b) { return later.is_mallocs(b); });
  EXPECT_GE(found, static_cast<std::ptrdiff_t>(n) - 1);
}

WEFT_PLAIN_TEST("D10.2", "a block that is in use is known as such, with its beginning and its end") {
  for (const std::size_t size : {24, 104, 1000, 5000, 100'000}) look_before_and_after(size, 1);
}

WEFT_PLAIN_TEST("D10.1", "blocks that were given back are malloc's, wherever it keeps them") {
  for (const std::size_t size : {24, 104, 1000, 5000}) look_before_and_after(size, 12);
  std::thread([] {  // has a heap of its own
    for (const std::size_t size : {24, 104, 1000, 5000}) look_before_and_after(size, 12);
  })
      .join();
}

}  // namespace
}  // namespace weft::test
