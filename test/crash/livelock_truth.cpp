// SPDX-License-Identifier: Apache-2.0
//
// Goroutines that lock, try, wait and unlock at random, and keep books of their own, against which each report is held:
// during the time of which it speaks none of its parties got what it wanted, nobody else had it, and each has failed as
// often as is said. Few tries and short windows make many reports.
//
// guarantee: LL1.1 LL1.5 LL2.2
// sentence: what reports say of those who try at random is true
// engines: both
// env: WEFT_DIAG=livelock,livelocktries=3,livelockafter=1
// seconds: 120
// expect-exit: 0
// expect-stdout: ^untrue: 0$
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "weft/weft.hpp"

namespace {

using clock_type = weft::clock;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::size_t people = 6, things = 6;  // four mutexes, a shared_mutex and a semaphore of two units
const std::array<const char*, people> names = {"p0", "p1", "p2", "p3", "p4", "p5"};

struct had {
  std::size_t who;
  clock_type::time_point from, to;  // surely
};

/// What happens to one thing; `m` is never held across anything that waits.
struct book {
  std::mutex m;
  std::vector<had> holders;
  std::array<int, people> failures{};  // since it was had
};

struct game {
  std::array<weft::mutex, 4> mutexes;
  weft::shared_mutex shared;
  weft::semaphore units{2};
  std::array<book, things> books;
  std::array<clock_type::time_point, people> tried{};  // when the last attempt began

  const void* address(std::size_t i) {
    return i < 4 ? static_cast<const void*>(&mutexes[i]) : i == 4 ? static_cast<const void*>(&shared) : &units;
  }
};

game* now_played = nullptr;
std::atomic<int> told{0}, untrue{0};

std::string after(const std::string& text, const std::string& key, std::size_t from = 0) {
  const std::size_t at = text.find(key, from);
  return at == std::string::npos ? "" : text.substr(at + key.size());
}

void blame(const std::string& report, const char* why, std::size_t who) {
  ++untrue;
  std::printf("%s: %s\n%s\n", names[who], why, report.c_str());
}

/// Of one party, whose part of the report begins with its name.
void check_party(const std::string& report, const std::string& part, const std::set<std::size_t>& in_it,
                 std::size_t teller, clock_type::time_point called) {
  game& r = *now_played;
  const auto who = static_cast<std::size_t>(after(part, "\"label\": \"p")[0] - '0');
  const auto object = std::strtoull(after(part, "\"object\": \"").c_str(), nullptr, 16);
  const long tries = std::atol(after(part, "\"tries\": ").c_str());
  const milliseconds lasted(std::atol(after(part, "\"lasted_ms\": ").c_str()));
  for (std::size_t i = 0; i < things; ++i) {
    if (reinterpret_cast<std::uintptr_t>(r.address(i)) != object) continue;
    const std::scoped_lock hold(r.books[i].m);
    bool by_now = false;
    for (const had& h : r.books[i].holders) {
      by_now = by_now || (h.who == who && h.from >= r.tried[teller]);
      if (h.to < called - lasted || h.from > r.tried[teller]) continue;
      if (in_it.count(h.who) == 0) blame(report, "somebody else had it", who);
      if (h.who == who && i < 4) blame(report, "had it itself", who);
    }
    if (!by_now && r.books[i].failures[who] + 1 < tries) blame(report, "has not tried so often", who);
  }
}

void check(const weft::livelock_report& report) {
  const auto called = clock_type::now();
  ++told;
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  report.print_json(ends[1]);
  close(ends[1]);
  std::string text;
  char some[4096];
  for (ssize_t n; (n = read(ends[0], some, sizeof some)) > 0;) text.append(some, static_cast<std::size_t>(n));
  close(ends[0]);
  std::set<std::size_t> in_it;
  std::vector<std::string> parts;
  for (std::string rest = after(text, "{\"party\""); !rest.empty(); rest = after(rest, "{\"party\"")) {
    parts.push_back(rest.substr(0, rest.find("\"line\"")));
    in_it.insert(static_cast<std::size_t>(after(parts.back(), "\"label\": \"p")[0] - '0'));
  }
  // The teller is the first.
  const auto teller = static_cast<std::size_t>(after(parts.front(), "\"label\": \"p")[0] - '0');
  for (const std::string& part : parts) check_party(text, part, in_it, teller, called);
}

class person {
 public:
  person(game& r, std::size_t me, unsigned seed) : r_(r), me_(me), random_(seed) {}

  void live() {
    for (int step = 0; step < 150; ++step) {
      const std::size_t thing = below(things);
      if (held_[thing])
        give_back(thing);
      else
        attempt(thing);
      if (below(3) == 0) weft::sleep_for(microseconds(below(200)));
    }
    for (std::size_t i = 0; i < things; ++i) {
      if (held_[i]) give_back(i);
    }
  }

 private:
  unsigned below(std::size_t n) { return static_cast<unsigned>(random_() % n); }

  bool holds_any() const {
    for (const bool each : held_) {
      if (each) return true;
    }
    return false;
  }

  template <class Lock>
  bool take(Lock& lock, bool first_try) {
    // Only one may wait while it has something, so that nobody waits for ever.
    if (first_try && below(8) == 0 && (me_ == 0 || !holds_any())) return lock.lock(), true;
    return below(4) == 0 ? lock.try_lock_for(microseconds(below(100))) : lock.try_lock();
  }

  bool take(weft::semaphore& units, bool first_try) {
    if (first_try && below(8) == 0 && (me_ == 0 || !holds_any())) return units.acquire(), true;
    return below(4) == 0 ? units.try_acquire_for(microseconds(below(100))) : units.try_acquire();
  }

  void attempt(std::size_t thing) {
    for (unsigned tries = 1 + below(12), i = 0; i < tries && !held_[thing]; ++i) {
      r_.tried[me_] = clock_type::now();
      held_[thing] = thing < 4    ? take(r_.mutexes[thing], i == 0)
                     : thing == 4 ? take(r_.shared, i == 0)
                                  : take(r_.units, i == 0);
      book& b = r_.books[thing];
      {
        const std::scoped_lock hold(b.m);
        if (held_[thing]) b.holders.push_back({me_, clock_type::now(), clock_type::time_point::max()});
        b.failures[me_] = held_[thing] ? 0 : b.failures[me_] + 1;
      }
      if (below(2) == 0) weft::sleep_for(microseconds(below(400)));
    }
  }

  void give_back(std::size_t thing) {
    {
      const std::scoped_lock hold(r_.books[thing].m);
      for (had& h : r_.books[thing].holders) {
        if (h.who == me_) h.to = std::min(h.to, clock_type::now());
      }
    }
    held_[thing] = false;
    if (thing < 4)
      r_.mutexes[thing].unlock();
    else if (thing == 4)
      r_.shared.unlock();
    else
      r_.units.release();
  }

  game& r_;
  const std::size_t me_;
  std::minstd_rand random_;
  std::array<bool, things> held_{};
};

}  // namespace

int main(int count, char** arguments) {
  return weft::run([&] {
    weft::on_livelock(check);
    const int rounds = count > 1 ? std::atoi(arguments[1]) : 5;
    for (int i = 0; i < rounds; ++i) {
      game r;
      now_played = &r;
      weft::wait_group all;
      all.add(people);
      for (std::size_t p = 0; p < people; ++p) {
        weft::go({.label = names[p]}, [&, p, i] {
          person(r, p, static_cast<unsigned>(1 + i * 10) + static_cast<unsigned>(p)).live();
          all.done();
        });
      }
      all.wait();
    }
    std::printf("told: %d\nuntrue: %d\n", told.load(), untrue.load());
  });
}
