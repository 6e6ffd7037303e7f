// SPDX-License-Identifier: Apache-2.0
//
// The ring of records (src/trace/ring.hpp, the real code): whoever copies it while its writer goes on gets records as
// they were written, in their order, the newest without holes.
//
// A record here is two words, both its number; a torn one has two numbers. The ring holds two, so that the writer comes
// round soon.
//
// Covered, exhaustively: a writer of four records beside one who copies, all orders of steps, all stores that a load
// may read. Two who copy do not know of each other, and write nothing.
// Twins: stores relaxed; loads relaxed; a copier that does not look at the count again.
//
// sentence: what is copied from a ring that is being written is whole
// seconds: 240
// expect-stdout: ^[0-9]+ passed, 0 failed$
#include "model/verdict.hpp"
#include "trace/ring.hpp"

namespace {

using weft::model::check;
using weft::model::program;
using weft::model::verdict;

using ring = weft::detail::record_ring<2>;

constexpr std::size_t capacity = 2;
constexpr std::uint64_t records = 4;

void check_whole(const ring::record* got, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    check(got[i][0] == got[i][1], "a record is whole");
    check(got[i][0] >= 1 && got[i][0] <= records, "a record is one that was written");
    check(i == 0 || got[i][0] == got[i - 1][0] + 1, "records follow each other");
  }
}

void copying(program& p) {
  ring::word words[2 * capacity];
  ring r(words, capacity);
  p.name(words, "words"), p.name(r, "ring");
  p.thread("writes", [&] {
    for (std::uint64_t n = 1; n <= records; ++n) r.write({n, n});
  });
  p.thread("copies", [&] {
    ring::record got[capacity];
    std::uint64_t first = 0;
    const std::size_t n = r.copy(got, capacity, first);
    check_whole(got, n);
    check(n == 0 || got[0][0] == first + 1, "the number of the first is right");
  });
  p.run();
  ring::record got[capacity];
  std::uint64_t first = 0;
  const std::size_t n = r.copy(got, capacity, first);
  check(n == capacity - 1 && got[0][0] == records, "at rest all but the oldest are there");
}

/// A copier that trusts what it has read.
void copying_without_a_second_look(program& p) {
  ring::word words[2 * capacity];
  ring r(words, capacity);
  p.name(words, "words"), p.name(r, "ring");
  p.thread("writes", [&] {
    for (std::uint64_t n = 1; n <= records; ++n) r.write({n, n});
  });
  p.thread("copies", [&] {
    const std::uint64_t end = r.written();
    if (end == 0) return;
    const ring::word* const slot = words + ((end - 1) & (capacity - 1)) * 2;
    const ring::record got{slot[0].load(std::memory_order_acquire), slot[1].load(std::memory_order_acquire)};
    check_whole(&got, 1);
  });
  p.run();
}

}  // namespace

int main(int argc, char** argv) {
  verdict v(argc, argv);
  v.holds("a copy beside the writer is whole", {}, copying);
  v.fails("twin: the stores are relaxed", "a record is", {.relax_stores = true}, copying);
  v.fails("twin: the loads are relaxed", "a record is", {.relax_loads = true}, copying);
  v.fails("twin: the count is not looked at again", "a record is whole", {}, copying_without_a_second_look);
  return v.done();
}
