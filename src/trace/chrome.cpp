// SPDX-License-Identifier: Apache-2.0
#include "trace/chrome.hpp"

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <limits>

#include "trace/text_out.hpp"

namespace weft::detail {

namespace {

constexpr std::uint64_t first_thread = 1'000'000;  // lanes of foreign threads are below all workers
constexpr std::size_t longest_log = 256;

class chrome_writer {
 public:
  chrome_writer(int fd, trace_picture& all) noexcept : out_(fd), all_(all) {}

  int write() noexcept {
    out_.text(
        "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n{\"ph\":\"M\",\"pid\":1,\"tid\":0,\"name\":\"process_name\",");
    out_.text("\"args\":{\"name\":\"weft\"}}");
    for (std::size_t i = 0; i < all_.lane_count; ++i) name_lane(all_.lanes[i]);
    for (std::size_t i = 0; i < all_.count; ++i) show(i);
    const std::int64_t last = all_.count != 0 ? latest_ + 1 : all_.first_ns;
    for (std::size_t i = 0; i < all_.lane_count; ++i) {
      end_run(all_.lanes[i], last, nullptr);
      end_rest(all_.lanes[i], last);
    }
    for (std::size_t i = 0; i < all_.count; ++i) {
      const event& e = all_.events[i].what;
      const bool spans = e.kind() == event_kind::task || e.kind() == event_kind::region;
      if (spans && all_.events[i].partner == i && e.detail() == 0) span('e', e, all_.events[i].lane, last);
    }
    out_.text("\n]}\n");
    return out_.flush();
  }

 private:
  /// When the next event was, and after all others (chrome.hpp: no two at one moment).
  [[nodiscard]] std::int64_t time_of(const event& e) noexcept {
    const auto since = static_cast<double>(static_cast<std::int64_t>(e.ticks - all_.first_tick)) * all_.ns_per_tick;
    latest_ = std::max(latest_ + 1, all_.first_ns + static_cast<std::int64_t>(since));
    return latest_;
  }

  void head(char phase, const trace_lane& lane, std::int64_t time) noexcept {
    const char kind[2] = {phase, '\0'};
    out_.text(",\n{\"ph\":\"");
    out_.text(kind);
    out_.text("\",\"pid\":1,\"tid\":");
    out_.number(lane.kind == lane_kind::worker ? lane.number + 1 : first_thread + lane.number);
    out_.text(",\"ts\":");
    out_.microseconds(time);
  }

  void name(const char* text) noexcept {
    if (text == nullptr) text = "";
    out_.text(",\"name\":");
    out_.quoted(text, std::strlen(text));
  }

  void number(const char* key, std::uint64_t value) noexcept {
    out_.text(key);
    out_.number(value);
  }

  void name_lane(const trace_lane& lane) noexcept {
    const bool worker = lane.kind == lane_kind::worker;
    const std::uint64_t id = worker ? lane.number + 1 : first_thread + lane.number;
    for (const bool order : {false, true}) {
      number(",\n{\"ph\":\"M\",\"pid\":1,\"tid\":", id);
      if (order) {
        number(",\"name\":\"thread_sort_index\",\"args\":{\"sort_index\":", id);
        out_.text("}}");
      } else {
        number(worker ? ",\"name\":\"thread_name\",\"args\":{\"name\":\"worker "
                      : ",\"name\":\"thread_name\",\"args\":{\"name\":\"thread ",
               lane.number);
        out_.text("\"}}");
      }
    }
  }

  /// A goroutine's label, or where it was started.
  void name_goroutine(const event& e) noexcept {
    if (e.second != 0) {
      name(reinterpret_cast<const char*>(e.second));
      return;
    }
    const char* const file = file_in(e.first);
    const char* const slash = std::strrchr(file, '/');
    char place[100];
    std::size_t n = 0;
    for (const char* c = slash != nullptr ? slash + 1 : file; *c != '\0' && n < sizeof place - 8; ++c) place[n++] = *c;
    place[n++] = ':';
    char digits[8];
    int used = 0;
    unsigned line = line_in(e.first);
    do {
      digits[used++] = static_cast<char>('0' + line % 10);
      line /= 10;
    } while (line != 0);
    while (used > 0) place[n++] = digits[--used];
    place[n] = '\0';
    name(place);
  }

  void end_run(trace_lane& lane, std::int64_t time, const event* why) noexcept {
    if (lane.blocks) {
      head('E', lane, time);
      out_.text("}");
    }
    if (lane.runs) {
      head('E', lane, time);
      if (why != nullptr && why->kind() == event_kind::stop) {
        out_.text(",\"args\":{\"stopped\":");
        const char* const reason = all_.reason(why->detail());
        out_.quoted(reason, std::strlen(reason));
        if (why->first != 0) {
          out_.text(",\"for\":\"");
          out_.hexadecimal(why->first);
          out_.text("\"");
        }
        out_.text("}");
      }
      out_.text("}");
    }
    lane.blocks = lane.runs = false;
  }

  void end_rest(trace_lane& lane, std::int64_t time) noexcept {
    if (!lane.rests) return;
    head('E', lane, time);
    out_.text("}");
    lane.rests = false;
  }

  void begin(trace_lane& lane, std::int64_t time, const char* what) noexcept {
    head('B', lane, time);
    name(what);
    out_.text("}");
  }

  void instant(const trace_lane& lane, std::int64_t time, const char* what, const char* key,
               std::uint64_t value) noexcept {
    head('i', lane, time);
    name(what);
    out_.text(",\"s\":\"t\",\"args\":{");
    number(key, value);
    out_.text("}}");
  }

  void arrow(char phase, const trace_lane& lane, std::int64_t time, std::size_t run) noexcept {
    head(phase, lane, time);
    number(",\"cat\":\"wake\",\"name\":\"wake\",\"id\":", run + 1);
    out_.text(phase == 'f' ? ",\"bp\":\"e\"}" : "}");
  }

  void run(std::size_t i, trace_lane& lane, std::int64_t time) noexcept {
    const placed_event& e = all_.events[i];
    end_rest(lane, time);
    end_run(lane, time, nullptr);
    head('B', lane, time);
    name_goroutine(e.what);
    number(",\"cat\":\"goroutine\",\"args\":{\"goroutine\":", e.what.id());
    out_.text("}}");
    lane.runs = true;
    if (e.partner != i) arrow('f', lane, time, i);
  }

  /// An arrow begins in a slice: a goroutine's, or one of no length where the worker itself, or a thread, woke
  /// somebody.
  void wake(std::size_t i, const trace_lane& lane, std::int64_t time) noexcept {
    const placed_event& e = all_.events[i];
    if (e.partner == i) return;
    if (!lane.runs && !lane.rests) {
      head('X', lane, time);
      name(e.what.kind() == event_kind::start ? "starts" : "wakes");
      number(",\"dur\":0,\"args\":{\"goroutine\":", e.what.id());
      out_.text("}}");
    }
    arrow('s', lane, time, e.partner);
  }

  /// A task, or a region of a task or a goroutine, on a track of its own.
  void span(char phase, const event& e, std::uint32_t lane, std::int64_t time) noexcept {
    const bool task = e.kind() == event_kind::task;
    const bool under_task = !task && (e.second & of_task) != 0;
    head(phase, all_.lanes[lane], time);
    name(reinterpret_cast<const char*>(e.first));
    out_.text(task || under_task ? ",\"cat\":\"task\",\"id\":\"task " : ",\"cat\":\"region\",\"id\":\"goroutine ");
    out_.number(task ? e.id() : e.second & ~of_task);
    out_.text("\"");
    if (task && phase == 'b') {
      number(",\"args\":{\"goroutine\":", e.second);
      out_.text("}");
    }
    out_.text("}");
  }

  void log(std::size_t i, const trace_lane& lane, std::int64_t time) noexcept {
    const placed_event& e = all_.events[i];
    char text[longest_log];
    std::size_t n = 0;
    for (std::size_t k = i + 1; k < all_.count && n < e.what.first && n + 16 <= sizeof text; ++k) {
      const placed_event& more = all_.events[k];
      if (more.what.kind() != event_kind::text || more.lane != e.lane) break;
      std::memcpy(text + n, &more.what.first, 8);
      std::memcpy(text + n + 8, &more.what.second, 8);
      n += 16;
    }
    if (n > e.what.first) n = static_cast<std::size_t>(e.what.first);
    head('i', lane, time);
    out_.text(",\"s\":\"t\",\"cat\":\"log\",\"name\":");
    out_.quoted(text, n);
    number(",\"args\":{\"goroutine\":", e.what.id());
    if (e.what.second != 0) number(",\"task\":", e.what.second);
    out_.text("}}");
  }

  void show(std::size_t i) noexcept {
    const placed_event& e = all_.events[i];
    trace_lane& lane = all_.lanes[e.lane];
    const std::int64_t time = time_of(e.what);
    if (lane.lost) {
      end_rest(lane, time);
      lane.lost = false;
    }
    switch (e.what.kind()) {
      case event_kind::run:
        return run(i, lane, time);
      case event_kind::stop:
      case event_kind::end:
        return end_run(lane, time, &e.what);
      case event_kind::start:
      case event_kind::ready:
        return wake(i, lane, time);
      case event_kind::gap:
      case event_kind::idle:
        end_run(lane, time, nullptr);
        end_rest(lane, time);
        lane.lost = e.what.kind() == event_kind::gap;
        lane.rests = true;
        return begin(lane, time, lane.lost ? "(not recorded)" : "idle");
      case event_kind::awake:
        return end_rest(lane, time);
      case event_kind::blocking:
        if (lane.runs && !lane.blocks) begin(lane, time, "blocking");
        lane.blocks = lane.runs;
        return;
      default:
        show_rare(i, lane, time);
    }
  }

  void show_rare(std::size_t i, trace_lane& lane, std::int64_t time) noexcept {
    const placed_event& e = all_.events[i];
    switch (e.what.kind()) {
      case event_kind::blocking_over:
        if (lane.blocks) {
          head('E', lane, time);
          out_.text("}");
        }
        lane.blocks = false;
        return;
      case event_kind::token_taken:
        return instant(lane, time, "token taken", "\"token\":", e.what.id());
      case event_kind::token_lost:
        return instant(lane, time, "token lost", "\"token\":", e.what.id());
      case event_kind::steal:
        return instant(lane, time, "steal", "\"goroutines\":", e.what.first);
      case event_kind::timer:
        return instant(lane, time, "timers", "\"due\":", e.what.first);
      case event_kind::descriptors:
        return instant(lane, time, "descriptors", "\"ready\":", e.what.first);
      case event_kind::task:
      case event_kind::region:
        if (e.what.detail() == 0 || e.partner != i) span(e.what.detail() == 0 ? 'b' : 'e', e.what, e.lane, time);
        return;
      case event_kind::log:
        return log(i, lane, time);
      default:
        return;
    }
  }

  text_out out_;
  trace_picture& all_;
  std::int64_t latest_ = std::numeric_limits<std::int64_t>::min();
};

}  // namespace

int write_chrome(int fd, trace_picture& all) noexcept { return chrome_writer(fd, all).write(); }

}  // namespace weft::detail
