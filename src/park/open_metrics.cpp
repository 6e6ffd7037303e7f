// SPDX-License-Identifier: Apache-2.0
//
// OpenMetrics 1.0 (github.com/OpenObservability/OpenMetrics): each family says its type, its unit, which is the end of
// its name, and what it is; then come its samples. Counters end in "_total". Of a histogram's 128 buckets every eighth
// bound is told, a factor of four apart: bounds are inclusive there and durations whole nanoseconds, hence the "- 1".
#include <cerrno>
#include <cstdio>

#include "os/files.hpp"
#include "weft/metrics.hpp"

namespace weft {
namespace {

class exposition {
 public:
  void gauge(const char* name, const char* help, std::uint64_t value) {
    head(name, "gauge", nullptr, help);
    sample(name, "", "", std::to_string(value));
  }

  void counter(const char* name, const char* help, std::uint64_t value) {
    head(name, "counter", nullptr, help);
    sample(name, "_total", "", std::to_string(value));
  }

  void seconds(const char* name, const char* help, std::chrono::nanoseconds value) {
    head(name, "gauge", "seconds", help);
    sample(name, "", "", number(static_cast<double>(value.count()) / 1e9));
  }

  void histogram(const char* name, const char* help, const duration_histogram& durations) {
    head(name, "histogram", "seconds", help);
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < duration_histogram::bucket_count; ++i) {
      if (i % 8 == 0 && i != 0) {
        const auto bound = static_cast<double>(duration_histogram::floor(i).count() - 1) / 1e9;
        sample(name, "_bucket", "{le=\"" + number(bound) + "\"}", std::to_string(below));
      }
      below += durations.bucket(i);
    }
    sample(name, "_bucket", "{le=\"+Inf\"}", std::to_string(below));
    sample(name, "_count", "", std::to_string(below));
    sample(name, "_sum", "", number(durations.sum_seconds()));
  }

  void states(const std::vector<state_count>& all) {
    head("weft_goroutines_in_state", "gauge", nullptr, "Goroutines by what they do or wait for.");
    for (const state_count& each : all) {
      sample("weft_goroutines_in_state", "", "{state=\"" + escaped(each.state) + "\"}",
             std::to_string(each.goroutines));
    }
  }

  std::string end() { return std::move(text_) + "# EOF\n"; }

 private:
  static std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.12g", value);
    return text;
  }

  static std::string escaped(const char* label) {
    std::string text;
    for (; *label != '\0'; ++label) {
      if (*label == '\\' || *label == '"') text += '\\';
      text += *label == '\n' ? std::string("\\n") : std::string(1, *label);
    }
    return text;
  }

  void head(const char* name, const char* type, const char* unit, const char* help) {
    text_ += std::string("# TYPE ") + name + " " + type + "\n";
    if (unit != nullptr) text_ += std::string("# UNIT ") + name + " " + unit + "\n";
    text_ += std::string("# HELP ") + name + " " + help + "\n";
  }

  void sample(const char* name, const char* suffix, const std::string& labels, const std::string& value) {
    text_ += name + (suffix + labels) + " " + value + "\n";
  }

  std::string text_;
};

}  // namespace

std::string open_metrics_text() {
  const metrics m = read_metrics();
  exposition text;
  text.gauge("weft_goroutines", "Goroutines that are alive.", m.goroutines);
  text.states(count_states());
  text.gauge("weft_gomaxprocs", "Goroutines that may run at once.", m.gomaxprocs);
  text.gauge("weft_gomaxprocs_idle", "Of those, how many have nothing to do.", m.gomaxprocs_idle);
  text.gauge("weft_threads", "Threads of the scheduler.", m.threads);
  text.gauge("weft_run_queue_goroutines", "Goroutines that queue for a processor.", m.runnable);
  text.gauge("weft_descriptor_waits", "Parties that wait for a descriptor.", m.descriptor_waits);
  text.gauge("weft_foreign_thread_waits", "Threads of the program that wait in weft.", m.outside_waits);
  text.seconds("weft_longest_slice_seconds", "The longest that a goroutine ran without letting others run.",
               read_longest_slice().duration);
  text.counter("weft_goroutines_started", "Goroutines started.", m.started);
  text.counter("weft_goroutines_ended", "Goroutines that have ended.", m.ended);
  text.counter("weft_turns", "Times that a goroutine was switched to.", m.turns);
  text.counter("weft_parks", "Times that a goroutine began to wait.", m.parks);
  text.counter("weft_readies", "Times that a goroutine that waited became runnable.", m.readies);
  text.counter("weft_yields", "Times that a goroutine let others run.", m.yields);
  text.counter("weft_steals", "Times that a worker took work from another.", m.steals);
  text.counter("weft_stolen_goroutines", "Goroutines that were taken so.", m.stolen);
  text.counter("weft_searches", "Times that a worker looked for work of others.", m.searches);
  text.counter("weft_global_queue_takes", "Times that work was taken from the queue of all.", m.global_takes);
  text.counter("weft_polls", "Times that the kernel was asked for ready descriptors.", m.polls);
  text.counter("weft_poll_wakes", "Descriptors that it said were ready.", m.poll_wakes);
  text.counter("weft_rests", "Times that a worker went to sleep.", m.rests);
  text.counter("weft_tokens_retaken", "Times that others went on elsewhere because a goroutine ran for long.",
               m.tokens_retaken);
  text.counter("weft_blocking_calls", "Calls that block a thread.", m.blocking_calls);
  text.counter("weft_threads_started", "Threads started by the scheduler.", m.threads_started);
  text.histogram("weft_run_queue_wait_seconds", "From runnable to running.", m.run_queue);
  text.histogram("weft_chan_wait_seconds", "Waits in channel operations and selects.", m.chan_wait);
  text.histogram("weft_lock_wait_seconds", "Waits for mutexes and shared mutexes.", m.lock_wait);
  text.histogram("weft_sync_wait_seconds", "Waits for tasks, groups, conditions, semaphores and the like.",
                 m.sync_wait);
  text.histogram("weft_io_wait_seconds", "Waits for descriptors.", m.io_wait);
  text.histogram("weft_timer_late_seconds", "By how much deadlines came late.", m.timers_late);
  return text.end();
}

int write_open_metrics(int fd) {
  const std::string text = open_metrics_text();
  for (std::size_t done = 0; done < text.size();) {
    const std::int64_t n = detail::write_quietly(fd, text.data() + done, text.size() - done);
    if (n < 0) return static_cast<int>(-n);
    if (n == 0) return EIO;
    done += static_cast<std::size_t>(n);
  }
  return 0;
}

}  // namespace weft
