// SPDX-License-Identifier: Apache-2.0
// guarantee: D12.1 D12.2 D12.3
// sentence: reports say where objects were made and which locks are held, if the user asks
// engines: both
// seconds: 60
// env: WEFT_DIAG=sites,locks,leaks=json
// expect-stderr: ^goroutine [0-9]+ \[sync\.Mutex\.Lock, 0x[0-9a-f]+, [0-9]+ ms\] \{there\}:$
// expect-stderr: ^  waits for mutex 0x[0-9a-f]+, made at .*deadlock_table\.cpp:[0-9]+$
// expect-stderr: ^  holds mutex 0x[0-9a-f]+, made at .*deadlock_table\.cpp:[0-9]+, for which goroutine [0-9]+ waits$
// expect-stderr: ^  holds shared_mutex 0x[0-9a-f]+ to read, made at .*deadlock_table\.cpp:[0-9]+$
// expect-stderr: ^  holds 2 of semaphore 0x[0-9a-f]+, made at .*deadlock_table\.cpp:[0-9]+$
// expect-stderr: "owner": "goroutine [0-9]+", "made": ".*deadlock_table\.cpp:[0-9]+", "holds": \["2 of semaphore 0x[0-9a-f]+, made at .*", "mutex 0x
// expect-stderr: ^  "goroutine [0-9]+" -> "goroutine [0-9]+" \[label="mutex 0x[0-9a-f]+, made at .*deadlock_table\.cpp:[0-9]+"\];$
// expect-stderr: ^  "goroutine [0-9]+" -> "2 of semaphore 0x.*" \[style=dashed, label=holds\];$
// expect-stderr: \{"left": 2, "groups": \[.*"kind": "mutex", "made": ".*deadlock_table\.cpp:[0-9]+", .*"holds": \["shared_mutex 0x[0-9a-f]+ to read, made at .*", "mutex 0x
// expect-stderr-not: holds [13] of semaphore|holds shared_mutex 0x[0-9a-f]+,
#include <mutex>
#include <shared_mutex>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

struct account {
  weft::mutex m;
  int balance = 100;
};

}  // namespace

int main() {
  weft::on_deadlock([](const weft::deadlock_report& report) {
    report.print(2);
    report.print_json(2);
    report.print_graph(2);
  });
  return weft::run([] {
    auto* const a = new account;
    auto* const b = new account;
    auto* const table = new weft::shared_mutex;
    auto* const places = new weft::semaphore(3);
    auto* const both = new weft::barrier(2);
    weft::go({.label = "there"}, [=] {
      { const std::scoped_lock write(*table); }
      const std::shared_lock read(*table);
      const std::scoped_lock first(a->m);
      both->arrive_and_wait();
      const std::scoped_lock second(b->m);
    });
    weft::go({.label = "back"}, [=] {
      places->acquire(3);
      places->release();
      const std::scoped_lock first(b->m);
      both->arrive_and_wait();
      const std::scoped_lock second(a->m);
    });
    weft::testing::settle();
  });
}
