// SPDX-License-Identifier: Apache-2.0
//
// weft/trace.hpp over the recorder.
//
// Memory ordering: modes and numbers are relaxed: they order nothing.
#include "weft/trace.hpp"

#include "os/fiber_annotations.hpp"
#include "os/report_file.hpp"
#include "park/recorder_state.hpp"

namespace weft::trace {

using namespace detail;

namespace {

constexpr std::size_t longest_text = 240;

std::error_code system_error(int number) { return {number, std::system_category()}; }

bool is_off() noexcept { return recorder().mode.load(memory_order_relaxed) == record_mode::off; }

/// Notes a beginning (over: 0) or an end.
void note_span(event_kind kind, std::uint8_t over, std::uint64_t number, const char* name,
               std::uint64_t track) noexcept {
  const runtime_section inside;
  note_words(lane_here(), head_of(kind, over, number), reinterpret_cast<std::uint64_t>(name), track, {});
}

std::uint64_t new_number() noexcept {
  return is_off() ? 0 : recorder().numbers.fetch_add(1, memory_order_relaxed) + 1;  // relaxed: only different
}

void note_log(std::uint64_t task_number, std::string_view text) noexcept {
  if (is_off()) return;
  text = text.substr(0, longest_text);
  const runtime_section inside;
  note_words(lane_here(), head_of(event_kind::log, 0, id_of(current())), text.size(), task_number, text);
}

}  // namespace

void start(std::size_t events_per_worker) {
  const runtime_section inside;
  prepare_recorder();
  std::size_t capacity = 1024;
  while (capacity < events_per_worker && capacity < most_events) capacity *= 2;
  forget_events();
  set_mode(record_mode::full, capacity);
  event_lane* const lane = lane_here();
  if (goroutine* const me = current(); me != nullptr && lane != nullptr) note_run(*lane, *me);  // its slice begins here
}

result<void> stop(const std::string& file) {
  const result<void> saved = save(file);
  const runtime_section inside;
  recorder_state& r = recorder();
  if (!r.whole_run) set_mode(r.usual, 0);
  return saved;
}

result<void> save(int fd) {
  const runtime_section inside;
  prepare_recorder();
  if (const int error = write_trace(fd); error != 0) return system_error(error);
  return {};
}

result<void> save(const std::string& file) {
  const int fd = create_report(file.c_str());
  if (fd < 0) return system_error(-fd);
  const result<void> saved = save(fd);
  const int closed = close_report(fd);
  if (saved.has_value() && closed != 0) return system_error(closed);
  return saved;
}

task::task(const char* name) noexcept : name_(name), number_(new_number()) {
  if (number_ != 0) note_span(event_kind::task, 0, number_, name_, id_of(current()));
}

task::~task() {
  if (number_ != 0) note_span(event_kind::task, 1, number_, name_, id_of(current()));
}

region::region(const char* name) noexcept : name_(name), number_(new_number()), track_(id_of(current())) {
  if (number_ != 0) note_span(event_kind::region, 0, number_, name_, track_);
}

region::region(const task& of, const char* name) noexcept
    : name_(name), number_(of.number() != 0 ? new_number() : 0), track_(of_task | of.number()) {
  if (number_ != 0) note_span(event_kind::region, 0, number_, name_, track_);
}

region::~region() {
  if (number_ != 0) note_span(event_kind::region, 1, number_, name_, track_);
}

void log(std::string_view text) noexcept { note_log(0, text); }
void log(const task& of, std::string_view text) noexcept { note_log(of.number(), text); }

}  // namespace weft::trace
