// SPDX-License-Identifier: Apache-2.0
//
// Is the checker's memory (memory.hpp, rules for one step at a time) the memory of the standard (axioms about whole
// executions)? Small random programs are given to both, and the outcomes compared.
//
// The axioms, written out below without any idea of a step: an execution is a choice of what every load reads (rf) and
// of an order of the stores of each location (mo). It is allowed if
//   coherence      nothing happens before itself or before what it precedes in extended coherence order
//                  eco = (rf | mo | fr)+, where fr = what a load read is older than the store
//   atomicity      an update directly follows, in mo, the store it read
//   no thin air    sb | rf has no cycle (this is where load buffering is left out, as in RC11)
//   seq_cst        the seq_cst accesses and fences have a total order that agrees with sb, with happens-before between
//                  different locations, and with eco (C++20, [atomics.order]; RC11's psc)
// Happens-before is (sb | sw)+, with release sequences of C++20 (updates only) and fences.
//
// What is compared: programs without seq_cst accesses, with and without seq_cst fences, must have the same outcomes in
// both. With seq_cst accesses the checker may have fewer (memory.hpp, approximation 2), never one that is not allowed.
// Two or three threads, two words, at most seven steps.
//
// sentence: the checker's memory agrees with the axioms of the standard
// seconds: 240
// expect-stdout: ^the same in all
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <set>
#include <vector>

#include "model/model.hpp"
#include "weft/detail/atomic.hpp"

namespace {

using namespace weft::detail;
using std::memory_order;
using outcome_set = std::set<std::string>;

enum class what { load, store, exchange, fence };

struct event {
  what kind;
  int thread;  // -1: the initial store
  int where;
  memory_order order;

  [[nodiscard]] bool reads() const { return kind == what::load || kind == what::exchange; }
  [[nodiscard]] bool writes() const { return kind == what::store || kind == what::exchange; }
  [[nodiscard]] bool seq_cst() const { return kind == what::fence || order == memory_order_seq_cst; }
  [[nodiscard]] bool acquires() const { return reads() && (order == memory_order_acquire || strong()); }
  [[nodiscard]] bool releases() const { return writes() && (order == memory_order_release || strong()); }

 private:
  [[nodiscard]] bool strong() const { return order == memory_order_acq_rel || order == memory_order_seq_cst; }
};

/// A relation over at most 16 events.
struct relation {
  unsigned row[16] = {};

  void add(unsigned a, unsigned b) { row[a] |= 1u << b; }
  [[nodiscard]] bool has(unsigned a, unsigned b) const { return (row[a] >> b & 1u) != 0; }
  relation operator|(const relation& other) const {
    relation all = *this;
    for (unsigned i = 0; i < 16; ++i) all.row[i] |= other.row[i];
    return all;
  }
  [[nodiscard]] relation closure() const {
    relation all = *this;
    for (unsigned k = 0; k < 16; ++k) {
      for (unsigned i = 0; i < 16; ++i) {
        if (all.has(i, k)) all.row[i] |= all.row[k];
      }
    }
    return all;
  }
  [[nodiscard]] bool cyclic() const {
    const relation all = closure();
    for (unsigned i = 0; i < 16; ++i) {
      if (all.has(i, i)) return true;
    }
    return false;
  }
};

/// One candidate execution: events 0 and 1 are the initial stores.
struct candidate {
  const std::vector<event>& events;
  std::vector<unsigned> source;              // of each event that reads: the event it reads
  std::vector<std::vector<unsigned>> order;  // of each word: its stores in mo

  [[nodiscard]] unsigned size() const { return static_cast<unsigned>(events.size()); }
  [[nodiscard]] relation sequenced() const;
  [[nodiscard]] relation synchronizes(const relation& sb) const;
  [[nodiscard]] bool allowed() const;
  [[nodiscard]] bool has_seq_cst_order(const relation& sb, const relation& hb, const relation& eco) const;
  [[nodiscard]] std::string outcome() const;
};

relation candidate::sequenced() const {
  relation sb;
  for (unsigned a = 0; a < size(); ++a) {
    for (unsigned b = a + 1; b < size(); ++b) {
      if (events[a].thread == events[b].thread || events[a].thread < 0) sb.add(a, b);
    }
  }
  sb.row[0] &= ~3u;
  return sb;
}

relation candidate::synchronizes(const relation& sb) const {
  relation sw;
  for (unsigned r = 0; r < size(); ++r) {
    if (!events[r].reads()) continue;
    unsigned w = source[r];
    for (bool more = true; more; w = source[w]) {  // along the release sequence, towards its head
      more = events[w].kind == what::exchange;
      for (unsigned a = 0; a < size(); ++a) {
        const bool from = (a == w && events[w].releases()) || (events[a].kind == what::fence && sb.has(a, w));
        for (unsigned b = 0; from && b < size(); ++b) {
          const bool to = (b == r && events[r].acquires()) || (events[b].kind == what::fence && sb.has(r, b));
          if (to && events[a].thread != events[b].thread) sw.add(a, b);
        }
      }
      if (!more) break;
    }
  }
  return sw;
}

bool candidate::has_seq_cst_order(const relation& sb, const relation& hb, const relation& eco) const {
  relation s;
  for (unsigned a = 0; a < size(); ++a) {
    for (unsigned b = 0; b < size(); ++b) {
      if (a == b || !events[a].seq_cst() || !events[b].seq_cst()) continue;
      const bool fences = events[a].kind == what::fence || events[b].kind == what::fence;
      if (sb.has(a, b) || (hb.has(a, b) && (fences || events[a].where == events[b].where))) s.add(a, b);
      for (unsigned x = 0; x < size(); ++x) {
        if (sb.has(a, x) && events[a].where != events[x].where) {  // sb, happens-before, sb, other locations
          for (unsigned y = 0; y < size(); ++y) {
            if (hb.has(x, y) && sb.has(y, b) && events[y].where != events[b].where) s.add(a, b);
          }
        }
        const bool from = x == a ? events[a].kind != what::fence : events[a].kind == what::fence && hb.has(a, x);
        for (unsigned y = 0; from && y < size(); ++y) {
          const bool to = y == b ? events[b].kind != what::fence : events[b].kind == what::fence && hb.has(y, b);
          if (to && eco.has(x, y)) s.add(a, b);
        }
      }
    }
  }
  return !s.cyclic();
}

bool candidate::allowed() const {
  const relation sb = sequenced();
  relation rf, mo, fr;
  for (const std::vector<unsigned>& stores : order) {
    for (unsigned i = 0; i < stores.size(); ++i) {
      for (unsigned k = i + 1; k < stores.size(); ++k) mo.add(stores[i], stores[k]);
      if (events[stores[i]].kind == what::exchange && source[stores[i]] != stores[i - 1]) return false;
    }
  }
  for (unsigned r = 0; r < size(); ++r) {
    if (!events[r].reads()) continue;
    rf.add(source[r], r);
    for (unsigned w = 0; w < size(); ++w) {
      if (w != r && mo.has(source[r], w)) fr.add(r, w);
    }
  }
  if ((sb | rf).cyclic()) return false;
  const relation hb = (sb | synchronizes(sb)).closure();
  const relation eco = (rf | mo | fr).closure();
  for (unsigned a = 0; a < size(); ++a) {
    for (unsigned b = 0; b < size(); ++b) {
      if (hb.has(a, b) && (a == b || eco.has(b, a))) return false;
    }
  }
  return has_seq_cst_order(sb, hb, eco);
}

std::string candidate::outcome() const {
  std::string all;
  for (unsigned r = 2; r < size(); ++r) {
    if (events[r].reads()) all += std::to_string(source[r] < 2 ? 0 : source[r]) + " ";
  }
  for (const auto& stores : order) all += std::to_string(stores.back() < 2 ? 0 : stores.back()) + " ";
  return all;
}

/// Every candidate: all ways to read, times all modification orders.
outcome_set by_axioms(const std::vector<event>& events) {
  outcome_set found;
  candidate c{events, std::vector<unsigned>(events.size()), {{0}, {1}}};
  const auto n = static_cast<unsigned>(events.size());
  const std::function<void(unsigned)> choose_source = [&](unsigned r) {
    if (r == n) {
      if (c.allowed()) found.insert(c.outcome());
      return;
    }
    if (!events[r].reads()) return choose_source(r + 1);
    for (unsigned w : c.order[static_cast<std::size_t>(events[r].where)]) {
      if (w == r) continue;
      c.source[r] = w;
      choose_source(r + 1);
    }
  };
  const std::function<void(unsigned)> choose_place = [&](unsigned w) {
    if (w == n) return choose_source(0);
    if (!events[w].writes()) return choose_place(w + 1);
    auto& stores = c.order[static_cast<std::size_t>(events[w].where)];
    for (std::size_t at = 1; at <= stores.size(); ++at) {
      stores.insert(stores.begin() + static_cast<std::ptrdiff_t>(at), w);
      choose_place(w + 1);
      stores.erase(stores.begin() + static_cast<std::ptrdiff_t>(at));
    }
  };
  choose_place(2);
  return found;
}

outcome_set by_steps(const std::vector<event>& events) {
  const weft::model::options how{.any_modification_order = true, .symmetric_fences = true};
  return weft::model::explore(
             how,
             [&](weft::model::program& p) {
               atomic<unsigned> words[2];
               unsigned read[16] = {};
               static const char* const names[] = {"one", "two", "three"};
               for (int t = 0; t < 3; ++t) {
                 p.thread(names[t], [&, t] {
                   for (unsigned i = 2; i < events.size(); ++i) {
                     const event& e = events[i];
                     if (e.thread != t) continue;
                     if (e.kind == what::load) read[i] = words[e.where].load(e.order);
                     if (e.kind == what::store) words[e.where].store(i, e.order);
                     if (e.kind == what::exchange) read[i] = words[e.where].exchange(i, e.order);
                     if (e.kind == what::fence) weft::model::heavy_fence();
                   }
                 });
               }
               p.run();
               std::string all;
               for (unsigned i = 2; i < events.size(); ++i) {
                 if (events[i].reads()) all += std::to_string(read[i]) + " ";
               }
               p.outcome_text(all + std::to_string(words[0].load()) + " " + std::to_string(words[1].load()) + " ");
             })
      .outcomes;
}

std::vector<event> random_program(std::mt19937& chance, bool fences, bool seq_cst) {
  std::vector<event> events{{what::store, -1, 0, memory_order_relaxed}, {what::store, -1, 1, memory_order_relaxed}};
  const unsigned strengths = seq_cst ? 3 : 2;
  const int threads = 2 + static_cast<int>(chance() % 2);
  const unsigned steps = 4 + chance() % 4;
  for (int t = 0; t < threads; ++t) {
    for (unsigned i = 0; i < steps / static_cast<unsigned>(threads) + chance() % 2; ++i) {
      const auto kind = static_cast<what>(chance() % 8 < 3 ? 0 : chance() % 8 < 5 ? 1 : chance() % (fences ? 4 : 3));
      const unsigned strength = chance() % strengths;
      memory_order order = memory_order_relaxed;
      if (strength == 2) order = memory_order_seq_cst;
      if (strength == 1) order = kind == what::load ? memory_order_acquire : memory_order_release;
      if (strength == 1 && kind == what::exchange) order = memory_order_acq_rel;
      if (events.size() < 9) events.push_back({kind, t, static_cast<int>(chance() % 2), order});
    }
  }
  return events;
}

[[noreturn]] void disagree(const std::vector<event>& events, const outcome_set& axioms, const outcome_set& steps) {
  static const char* const kinds[] = {"load", "store", "exchange", "fence"};
  for (unsigned i = 2; i < events.size(); ++i) {
    std::printf("%u: thread %d %s of word %d, order %d\n", i, events[i].thread, kinds[static_cast<int>(events[i].kind)],
                events[i].where, static_cast<int>(events[i].order));
  }
  for (const auto& o : axioms) std::printf("axioms%s: %s\n", steps.count(o) == 0 ? " only" : "", o.c_str());
  for (const auto& o : steps) std::printf("steps%s: %s\n", axioms.count(o) == 0 ? " only" : "", o.c_str());
  std::exit(1);
}

/// Compares `programs` random programs; returns in how many the checker has fewer outcomes.
int compare(std::mt19937& chance, int programs, bool fences, bool seq_cst) {
  int fewer = 0;
  for (int i = 0; i < programs; ++i) {
    const std::vector<event> events = random_program(chance, fences, seq_cst);
    const outcome_set axioms = by_axioms(events), steps = by_steps(events);
    for (const auto& o : steps) {
      if (axioms.count(o) == 0) disagree(events, axioms, steps);
    }
    if (axioms.size() != steps.size() && !seq_cst) disagree(events, axioms, steps);
    fewer += axioms.size() != steps.size() ? 1 : 0;
  }
  return fewer;
}

}  // namespace

int main(int argc, char** argv) {
  const unsigned seed = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 1;
  const int programs = argc > 2 ? std::atoi(argv[2]) : 400;
  std::mt19937 chance(seed);
  compare(chance, programs, false, false);
  std::printf("%d programs of relaxed, release and acquire: the same outcomes\n", programs);
  compare(chance, programs, true, false);
  std::printf("%d programs with seq_cst fences as well: the same outcomes\n", programs);
  const int fewer = compare(chance, programs, true, true);
  std::printf("%d programs with seq_cst accesses as well: nothing that is not allowed, %d with fewer outcomes\n",
              programs, fewer);
  std::printf("the same in all that is exact (seed %u)\n", seed);
}
