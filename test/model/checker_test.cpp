// SPDX-License-Identifier: Apache-2.0
//
// Does the checker find what it says it finds: data races, deadlocks, lost wake-ups, livelocks, use after the end; does
// a failure replay; and does leaving out redundant executions leave out nothing else.
//
// sentence: the checker finds races, deadlocks and lost wake-ups, and leaves nothing out
// seconds: 120
// expect-stdout: ^[0-9]+ passed, 0 failed$
#include <cstdio>
#include <cstdlib>
#include <random>

#include "model/verdict.hpp"
#include "weft/detail/atomic.hpp"

namespace {

using namespace weft::detail;
using namespace weft::model;
using number = std::uint32_t;
using std::memory_order;

void test_races(verdict& v) {
  const auto passing = [](memory_order store, memory_order load) {
    return [=](program& p) {
      cell<int> data;
      atomic<number> flag{0};
      p.name(data, "data"), p.name(flag, "flag");
      p.thread("writer", [&] { data = 1, flag.store(1, store); });
      p.thread("reader", [&] {
        if (flag.load(load) == 1) check(data == 1, "the reader sees the data");
      });
      p.run();
    };
  };
  v.holds("release and acquire keep a cell from racing", {}, passing(memory_order_release, memory_order_acquire));
  v.fails("a relaxed store lets it race", "data race: data is read, but its write by writer", {},
          passing(memory_order_relaxed, memory_order_acquire));
  v.fails("a relaxed load lets it race", "data race", {}, passing(memory_order_release, memory_order_relaxed));
  v.fails("two writes race", "data race: data is written, but its write by", {}, [](program& p) {
    cell<int> data;
    p.name(data, "data");
    p.thread("one", [&] { data = 1; });
    p.thread("two", [&] { data = 2; });
    p.run();
  });
  v.fails("a write races with an earlier read", "data race: data is written, but its read by reader", {},
          [](program& p) {
            cell<int> data;
            atomic<number> flag{0};
            p.name(data, "data");
            p.thread("reader", [&] { static_cast<void>(data.read()), flag.store(1, memory_order_relaxed); });
            p.thread("writer", [&] {
              if (flag.load(memory_order_acquire) == 1) data = 1;
            });
            p.run();
          });
  v.holds("two reads do not race", {}, [](program& p) {
    cell<int> data(1);
    int sum = 0;
    p.thread("one", [&] { sum += data; });
    p.thread("two", [&] { sum += data; });
    p.run();
    check(sum == 2, "both read it");
    data = 3;
  });
  v.fails("a heavy fence does not make a cell safe", "data race", {}, [](program& p) {
    cell<int> data;
    atomic<number> flag{0};
    p.thread("writer", [&] { data = 1, heavy_fence(), flag.store(1, memory_order_relaxed); });
    p.thread("reader", [&] {
      if (flag.load(memory_order_acquire) == 1) static_cast<void>(data.read());
    });
    p.run();
  });
}

void test_lifetimes(verdict& v) {
  const auto handshake = [](memory_order store, memory_order load) {
    return [=](program& p) {
      atomic<atomic<number>*> published{nullptr};
      p.thread("owner", [&] {
        atomic<number> word{0};
        published.store(&word, store);
        while (word.load(load) == 0) spin_pause();
      });
      p.thread("other", [&] {
        if (atomic<number>* word = published.load(load))
          word->store(1, store);
        else
          published.exchange(nullptr);
      });
      p.run();
    };
  };
  const auto gives_up = [&](memory_order store, memory_order load) {
    return [=](program& p) {
      atomic<atomic<number>*> published{nullptr};
      p.thread("owner", [&] {
        atomic<number> word{0};
        published.store(&word, store);
        if (published.exchange(nullptr, memory_order_acq_rel) != nullptr) return;
        while (word.load(load) == 0) spin_pause();
      });
      p.thread("other", [&] {
        if (atomic<number>* word = published.exchange(nullptr, memory_order_acq_rel)) word->store(1, store);
      });
      p.run();
    };
  };
  v.holds("a word on a stack may go when its last use happens before", {},
          gives_up(memory_order_release, memory_order_acquire));
  v.fails("it may not go while its last use is only seen", "destroyed while another thread may still use it", {},
          gives_up(memory_order_release, memory_order_relaxed));
  v.fails("a word must be published by release", "may not see it constructed", {},
          handshake(memory_order_relaxed, memory_order_acquire));
}

void test_waiting(verdict& v) {
  v.fails("two locks taken in opposite order", "deadlock: one spins, two spins", {}, [](program& p) {
    atomic<number> a{0}, b{0};
    const auto lock = [](atomic<number>& l) {
      while (l.exchange(1, memory_order_acquire) != 0) spin_pause();
    };
    const auto unlock = [](atomic<number>& l) { l.store(0, memory_order_release); };
    p.thread("one", [&] { lock(a), lock(b), unlock(b), unlock(a); });
    p.thread("two", [&] { lock(b), lock(a), unlock(a), unlock(b); });
    p.run();
  });
  const auto sleep = [](bool recheck) {
    return [=](program& p) {
      atomic<number> word{0};
      p.thread("sleeper", [&] {
        if (recheck)
          while (word.load(memory_order_acquire) == 0) futex_wait(word.id(), 0);
        else if (word.load(memory_order_acquire) == 0)
          futex_wait(word.id(), word.load(memory_order_relaxed));
      });
      p.thread("waker", [&] { word.store(1, memory_order_release), futex_wake(word.id(), 1); });
      p.run();
    };
  };
  v.holds("a futex compares and sleeps in one step", {}, sleep(true));
  v.holds("also if waits end for no reason", {.spurious = 2}, sleep(true));
  v.fails("a sleeper that compares with what it finds sleeps for ever", "deadlock: sleeper sleeps", {}, sleep(false));
  v.fails("a waker that does not wake", "deadlock: sleeper sleeps", {}, [](program& p) {
    atomic<number> word{0};
    p.thread("sleeper", [&] {
      while (word.load() == 0) futex_wait(word.id(), 0);
    });
    p.thread("waker", [&] { word.store(1); });
    p.run();
  });
}

void test_wakes(verdict& v) {
  v.holds("a timed sleeper is not stuck", {}, [](program& p) {
    atomic<number> word{0};
    bool timed_out = false;
    p.thread("sleeper", [&] { timed_out = !futex_wait(word.id(), 0, true); });
    p.run();
    check(timed_out, "time ran out");
  });
  v.outcomes("a wake-up of one wakes any one", {"1", "2"}, {}, [](program& p) {
    atomic<number> word{0};
    int woken = 0;
    p.sleeper("one", [&] { futex_wait(word.id(), 0), woken = 1; });
    p.sleeper("two", [&] { futex_wait(word.id(), 0), woken = 2; });
    p.thread("waker", [&] { wait_until([&] { return futex_wake(word.id(), 1) == 1; }); });
    p.run();
    if (woken != 0) p.outcome(woken);
  });
}

void test_loops(verdict& v) {
  v.fails("a loop without a pause", "livelock", {}, [](program& p) {
    atomic<number> word{0};
    p.thread("one", [&] {
      while (word.load() == 0) {
      }
    });
    p.run();
  });
  v.holds("a spin that gives up", {}, [](program& p) {
    atomic<number> word{0};
    p.thread("one", [&] {
      for (int i = 0; i < 5 && word.load() == 0; ++i) spin_pause();
    });
    p.run();
  });
  v.holds("a spin on two words reads both", {}, [](program& p) {
    atomic<number> a{0}, b{0};
    p.thread("one", [&] {
      while (a.load(memory_order_relaxed) + b.load(memory_order_relaxed) != 3) spin_pause();
    });
    p.thread("two", [&] { a.store(1, memory_order_relaxed), b.store(2, memory_order_relaxed); });
    p.run();
  });
}

void test_bounds(verdict& v) {
  const auto two_switches = [](program& p) {
    atomic<number> x{0}, y{0}, z{0};
    p.thread("one", [&] { x.store(1), z.store(y.load()); });
    p.thread("two", [&] {
      if (x.load() == 1) y.store(1);
      check(z.load() == 0, "nobody is interrupted twice");
    });
    p.run();
  };
  v.holds("with one preemption a bug that needs two is missed", {.preemptions = 1}, two_switches);
  v.fails("with two it is found", "interrupted twice", {.preemptions = 2}, two_switches);
}

void test_replay(verdict& v) {
  const verdict::execution broken = [](program& p) {
    atomic<number> x{0};
    p.name(x, "x");
    p.thread("one", [&] { x.store(x.load() + 1); });
    p.thread("two", [&] { x.store(x.load() + 1); });
    p.run();
    check(x.load() == 2, "nothing is lost");
  };
  v.holds("a failure replays from its choices", {}, [&](program&) {});
  const result first = explore({}, broken);
  const result again = replay({}, first.choices, broken);
  if (first.failure.empty() || again.failure != first.failure || again.trace != first.trace) {
    std::printf("FAILED  the replay of %s differs\n%s%s", first.choices.c_str(), first.trace.c_str(),
                again.trace.c_str());
    std::exit(1);
  }
  std::printf("        which is how a failure looks:\n%s        %s\n", again.trace.c_str(), again.failure.c_str());
}

// ---- random programs ------------------------------------------------------------------------------------------------

struct random_step {
  int what;
  int where;
  memory_order order;
};

/// Two or three threads of up to three steps on two words.
std::vector<std::vector<random_step>> random_program(std::mt19937& chance) {
  const memory_order orders[] = {memory_order_relaxed, memory_order_acquire, memory_order_release, memory_order_acq_rel,
                                 memory_order_seq_cst};
  std::vector<std::vector<random_step>> threads(2 + chance() % 2);
  for (auto& t : threads) {
    t.resize(1 + chance() % 3);
    for (random_step& s : t) s = {static_cast<int>(chance() % 6), static_cast<int>(chance() % 2), orders[chance() % 5]};
  }
  return threads;
}

std::set<std::string> outcomes_of(const std::vector<std::vector<random_step>>& threads, const options& how) {
  return explore(how,
                 [&](program& p) {
                   atomic<number> words[2];
                   number read[9] = {};
                   const auto take = [&](const random_step& s, number& into, number value) {
                     const memory_order load = s.order == memory_order_release || s.order == memory_order_acq_rel
                                                   ? memory_order_relaxed
                                                   : s.order;
                     const memory_order store = s.order == memory_order_acquire || s.order == memory_order_acq_rel
                                                    ? memory_order_relaxed
                                                    : s.order;
                     atomic<number>& word = words[s.where];
                     switch (s.what) {
                       case 0:
                       case 1:
                         into = word.load(load);
                         break;
                       case 2:
                       case 3:
                         word.store(value, store);
                         break;
                       case 4:
                         into = word.exchange(value, s.order);
                         break;
                       default:
                         if (s.order == memory_order_seq_cst)
                           heavy_fence();
                         else
                           word.compare_exchange_strong(into, value, s.order, load);
                     }
                   };
                   static const char* const names[] = {"one", "two", "three"};
                   for (std::size_t i = 0; i < threads.size(); ++i) {
                     p.thread(names[i], [&, i] {
                       for (std::size_t k = 0; k < threads[i].size(); ++k)
                         take(threads[i][k], read[i * 3 + k], static_cast<number>(i * 3 + k + 1));
                     });
                   }
                   p.run();
                   p.outcome(read[0], read[1], read[2], read[3], read[4], read[5], read[6], read[7], read[8],
                             words[0].load(), words[1].load());
                 })
      .outcomes;
}

void test_reduction(unsigned seed, int programs) {
  std::mt19937 chance(seed);
  for (int i = 0; i < programs; ++i) {
    const auto threads = random_program(chance);
    const bool any_order = i % 2 == 1;
    const auto reduced = outcomes_of(threads, {.any_modification_order = any_order});
    const auto full = outcomes_of(threads, {.preemptions = 1000, .any_modification_order = any_order});
    if (reduced == full) continue;
    std::printf("FAILED  random program %d of seed %u: %zu outcomes instead of %zu\n", i, seed, reduced.size(),
                full.size());
    std::exit(1);
  }
  std::printf("ok      %d random programs (seed %u) have the same outcomes with and without sleep sets\n", programs,
              seed);
}

}  // namespace

int main(int argc, char** argv) {
  verdict v(argc, argv);
  test_races(v);
  test_lifetimes(v);
  test_waiting(v);
  test_wakes(v);
  test_loops(v);
  test_bounds(v);
  test_replay(v);
  if (argc == 1) test_reduction(1, 400);
  return v.done();
}
