// SPDX-License-Identifier: Apache-2.0
//
// One search: the threads of the modelled program, whose turn it is, and what has happened in this execution.
//
// Before each of its steps a thread says what the step will be (`next`) and the checker picks who goes on; so it always
// knows everybody's next step. Which thread goes on, which store a load reads, which sleeper is woken: all are choices
// of the search (search.hpp).
//
// Sleep sets (Godefroid 1996). When the search has seen everything that follows from letting A go first, and now lets B
// go first, then A's step need not be looked at again until somebody takes a step that conflicts with it: before that,
// A's step and the others' could change places. The steps of this checker include what a load reads, so a load that
// reads an old store does not conflict with a newer store. Hence `seen_stores`, per thread:
//   0              its next step is to be looked at
//   n, for a load  reading one of the first n stores of the location has been looked at: only newer ones count
//   all            has been looked at
// An execution in which everybody who could go on has been looked at is given up as redundant. Which steps conflict is
// said in conflicts(), schedule.cpp; where in doubt they do, which costs time and nothing else.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "model/fiber.hpp"
#include "model/memory.hpp"
#include "model/model.hpp"
#include "model/search.hpp"

namespace weft::model {

enum class kind : std::uint8_t {
  load,
  store,
  update,
  compare_exchange,
  heavy_fence,
  pause,
  futex_wait,
  futex_wake,
  resume
};

struct operation {
  kind what = kind::resume;
  location_id where = 0;
  bool seq_cst = false;
};

enum class status : std::uint8_t { ready, spinning, asleep, ended };

inline constexpr std::uint32_t all_stores = UINT32_MAX;

struct thread {
  fiber stack;
  std::function<void()> body;
  const char* name = "main";
  actor mind;
  status state = status::ready;
  operation next;
  std::uint32_t seen_stores = 0;  // see above
  bool may_stay_asleep = false;
  bool timed = false;         // asleep with a deadline
  unsigned idle_rounds = 0;   // of a spin, without news, in a row
  std::uint32_t spun_on = 0;  // bit i: location i was read since the last pause, and this was found:
  std::array<timestamp, max_locations> spun_at{};
  std::array<word, max_locations> spun_value{};
  std::uint64_t spun_writes = 0;  // what writes_ was at the pause
};

class checker {
 public:
  explicit checker(const options& how);
  ~checker();

  // ---- the search (explore.cpp) ----
  void run_once(const std::function<void(program&)>& execution);
  [[nodiscard]] bool next() { return search_.next(); }
  void replay(const std::string& choices) {
    search_.replay(choices);
    tracing_ = true;
  }
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
  [[nodiscard]] const std::string& trace() const noexcept { return trace_; }
  [[nodiscard]] std::string choices() const { return search_.text(); }
  result total;

  // ---- the program (schedule.cpp) ----
  void add_thread(const char* name, std::function<void()> body, bool may_stay_asleep);
  void run_threads();
  void fail(const std::string& why);
  [[nodiscard]] bool abandoned() const noexcept { return abandoned_; }

  // ---- steps (operations.cpp) ----
  word load(location_id id, std::memory_order order);
  void store(location_id id, word value, std::memory_order order);
  word update(location_id id, modify change, word operand, std::memory_order order);
  bool compare_exchange(location_id id, word& expected, word desired, std::memory_order success,
                        std::memory_order failure, bool weak);
  void pause();
  void full_fence();
  void heavy_fence();
  void end_heavy_fence();
  bool futex_wait(location_id id, std::uint32_t expected, bool timed);
  unsigned futex_wake(location_id id, unsigned most);

  location_id create(std::uintptr_t address, word initial);
  void destroy(location_id id);
  void note_read(access_record& record, std::uintptr_t address);
  void note_write(access_record& record, std::uintptr_t address);

  const options how;

  // ---- traces (explore.cpp) ----
  void name_range(const void* begin, std::size_t size, const char* text);
  [[nodiscard]] bool tracing() const noexcept { return tracing_; }

 private:
  static void thread_main(void* self);

  [[nodiscard]] bool in_main() const noexcept { return running_ == threads_.data(); }
  [[nodiscard]] actor& mind() noexcept { return running_->mind; }
  [[nodiscard]] bool can_run(const thread& t) const noexcept;
  [[nodiscard]] bool has_news(const thread& t, location_id id) const noexcept;
  [[nodiscard]] bool has_news(const thread& t) const noexcept;
  [[nodiscard]] bool looked_at(const thread& t) noexcept;
  void note_looked_at(thread& t) noexcept;
  [[nodiscard]] thread* pick(thread& from);
  [[nodiscard]] thread* choose_among(thread& from, std::array<thread*, max_threads>& able, unsigned count);
  void end_or_deadlock();
  void hand_over(thread& from);
  [[noreturn]] void leave();
  void give_up();

  void step(operation next);
  void done(operation what, bool wrote);
  void touch(location_id id);
  [[nodiscard]] std::size_t newest(location_id id) { return memory_.at(id).stores.size() - 1; }
  [[nodiscard]] std::size_t choose_store(const candidates& from);
  void remember_for_spin(location_id id);

  void note(const std::string& text);
  [[nodiscard]] std::string name_of(std::uintptr_t at) const;
  [[nodiscard]] std::string source_of(location_id id, std::size_t index);

  search search_;
  memory memory_;
  std::array<thread, max_threads> threads_;  // the first is the main program
  unsigned count_ = 1;
  thread* running_ = threads_.data();
  bool starting_ = false;   // threads are brought to their first step, one after the other
  bool abandoned_ = false;  // this execution has failed or is redundant
  bool sleep_sets_;
  int preemptions_ = 0;
  unsigned steps_ = 0;
  unsigned spurious_left_ = 0;
  std::uint64_t writes_ = 0;
  std::string failure_;

  struct named_range {
    std::uintptr_t begin, end;
    const char* text;
  };
  bool tracing_ = false;
  std::string trace_;
  std::vector<named_range> names_;
};

extern checker* active;  // the search that is on

}  // namespace weft::model
