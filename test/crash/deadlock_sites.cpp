// SPDX-License-Identifier: Apache-2.0
//
// Where an object was made is kept by its address. That must be told of no other object, in no form that others cannot
// read, and cost nobody his life who has no memory for it.
//
// guarantee: D12.4 D12.5 BI3.3
// sentence: where objects were made is told of those only, whatever their files are called
// engines: both
// env: WEFT_DIAG=sites
// seconds: 60
// expect-stdout: ^made without memory$
// expect-stderr: ^  belongs to group 0x[0-9a-f]+, for which goroutine [0-9]+ waits$
// expect-stderr: ^  waits for mutex 0x[0-9a-f]+, made at odd "name"\.cpp:201$
// expect-stderr: "made": "odd \\"name\\"\.cpp:201"
// expect-stderr: ^  "goroutine [0-9]+" -> "goroutine [0-9]+" \[label="mutex 0x[0-9a-f]+, made at odd \\"name\\"\.cpp:201"\];$
// expect-stderr-not: group 0x[0-9a-f]+, made at
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>

#include "weft/weft.hpp"

namespace {

bool empty = false;
std::atomic<int> told{0};

constexpr std::size_t room = 1024;
static_assert(sizeof(weft::group) <= room);
alignas(std::max_align_t) std::byte place[room];

/// Every address of the place has had a mutex once.
weft::group& group_after_mutexes() {
  for (std::size_t at = 0; at + sizeof(weft::mutex) <= room; at += alignof(weft::mutex)) {
    auto* const m = new (place + at) weft::mutex;
    m->~mutex();
  }
  return *new (place) weft::group;
}

void make_without_memory() {
  auto* const many = new weft::mutex*[1000];
  for (int i = 0; i < 1000; ++i) many[i] = static_cast<weft::mutex*>(std::malloc(sizeof(weft::mutex)));
  empty = true;
  for (int i = 0; i < 1000; ++i) new (many[i]) weft::mutex;
  empty = false;
  std::puts("made without memory");
  for (int i = 0; i < 1000; ++i) std::free(many[i]);
  delete[] many;
}

}  // namespace

void* operator new(std::size_t size) {
  void* const memory = empty ? nullptr : std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

weft::mutex* odd_mutex() {
#line 201 "odd \"name\".cpp"
  return new weft::mutex;
}

}  // namespace

int main() {
  make_without_memory();
  weft::on_deadlock([](const weft::deadlock_report& report) {
    report.print(2);
    report.print_json(2);
    report.print_graph(2);
    ++told;
  });
  return weft::run([] {
    weft::group& all = group_after_mutexes();
    const weft::chan<weft::unit> ready;
    auto* const waits = new weft::task<void>(weft::spawn([=, &all] {
      ready.recv();
      static_cast<void>(all.wait());
    }));
    all.go([=] { waits->join(); });
    ready.close();
    weft::mutex* const m = odd_mutex();
    weft::go([=] { m->lock(), m->lock(); });
    while (told < 2) weft::sleep_for(std::chrono::milliseconds(1));
  });
}
