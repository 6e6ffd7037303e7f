// SPDX-License-Identifier: Apache-2.0
//
// One goroutine per child, the watcher, waits for its pidfd, collects it and closes `ended`. It and the `process` share
// the core, which keeps the pidfd open: so a signal can never reach another process.
//
// A context kills by after_func: a function of its own, which holds the core too, and which the watcher calls off.
#include "weft/io/process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <utility>

#include "io/file_core.hpp"
#include "os/files.hpp"
#include "os/spawn.hpp"
#include "weft/blocking.hpp"
#include "weft/chan.hpp"
#include "weft/detail/panic.hpp"
#include "weft/detail/watch.hpp"
#include "weft/go.hpp"
#include "weft/mutex.hpp"
#include "weft/time.hpp"
#include "weft/unit.hpp"

namespace weft::io {

/// Between two looks at a child for whose descriptor the system has no watch to give.
constexpr auto pause = std::chrono::milliseconds(20);

class process_core {
 public:
  explicit process_core(detail::spawned child) noexcept : child_(child) {}
  process_core(const process_core&) = delete;
  process_core& operator=(const process_core&) = delete;
  ~process_core() { static_cast<void>(detail::close_file(child_.pidfd)); }

  [[nodiscard]] int id() const noexcept { return child_.id; }

  /// The watcher's work.
  void watch() {
    for (;;) {
      detail::ending how;
      const int done = detail::collect(child_.pidfd, how);
      if (done == 0) {
        const std::error_code error = detail::wait_fd(child_.pidfd, detail::readiness::readable);
        if (error) sleep_for(pause);
        continue;
      }
      if (done < 0)
        lost_ = error_from(done);
      else
        status_ = exit_status(how.by_signal, how.value);
      break;
    }
    ended_.close();
  }

  result<exit_status> wait(const detail::wait_limit& limit) {
    if (const auto done = ended_.recv(limit); !done) return done.error();
    if (lost_) return lost_;
    return status_;
  }

  result<void> kill(int signal) {
    const int error = detail::signal_child(child_.pidfd, signal);
    if (error != 0) return error_from(-error);
    return {};
  }

 private:
  const detail::spawned child_;
  const chan<unit> ended_;        // closed when the two below stand
  exit_status status_{false, 0};  // written by the watcher
  std::error_code lost_;          // written by the watcher: why there is no status
};

namespace {

process_core& started(const std::shared_ptr<process_core>& core) {
  if (core == nullptr) detail::panic("weft: use of a process that was moved away");
  return *core;
}

/// The strings as the system takes them; refers to them.
result<std::vector<char*>> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (const std::string& each : texts) {
    if (each.find('\0') != each.npos) return std::make_error_code(std::errc::invalid_argument);
    all.push_back(const_cast<char*>(each.c_str()));
  }
  all.push_back(nullptr);
  return all;
}

}  // namespace

/// What a start has open while it goes on.
struct process_starter {
  file theirs[3];
  file ours[3];
  int standard[3] = {-1, -1, -1};

  std::error_code prepare(int place, const stdio& what) {
    switch (what.kind_) {
      case stdio::kind::inherit:
        return {};
      case stdio::kind::null:
        return use_null(place);
      case stdio::kind::pipe:
        return use_pipe(place);
      case stdio::kind::file:
        return use_file(place, what.file_->native_handle());
    }
    return {};
  }

  /// A copy, at once: while we start, others may close the file, and the number may become another's.
  std::error_code use_file(int place, int fd) {
    if (fd < 0) return errc::closed;
    standard[place] = detail::copy_for_child(fd);
    if (standard[place] < 0) return error_from(standard[place]);
    theirs[place] = file::adopt(standard[place]);
    return {};
  }

  std::error_code use_null(int place) {
    result<file> null = open("/dev/null", open_mode::read_write);
    if (!null) return null.error();
    theirs[place] = *std::move(null);
    standard[place] = theirs[place].native_handle();
    return {};
  }

  std::error_code use_pipe(int place) {
    int ends[2];
    if (const int error = detail::make_pipe(ends); error != 0) return error_from(error);
    const int mine = place == 0 ? 1 : 0;
    const bool waits = detail::stop_blocking(ends[mine]);
    ours[place] = file::adopt(ends[mine]);
    theirs[place] = file::adopt(ends[1 - mine]);
    standard[place] = ends[1 - mine];
    return waits ? std::error_code() : std::make_error_code(std::errc::io_error);
  }

  result<process> start(const command& what, const context* ctx) {
    if (what.arguments.empty()) return std::make_error_code(std::errc::invalid_argument);
    const auto arguments = pointers_to(what.arguments);
    if (!arguments) return arguments.error();
    const std::vector<std::string> none;
    const auto environment = pointers_to(what.environment ? *what.environment : none);
    if (!environment) return environment.error();
    const stdio* const streams[3] = {&what.input, &what.output, &what.error};
    for (int i = 0; i < 3; ++i) {
      if (const std::error_code error = prepare(i, *streams[i])) return error;
    }
    if (what.directory.find('\0') != what.directory.npos) return std::make_error_code(std::errc::invalid_argument);
    detail::spawn_request request;
    request.program = what.arguments[0].c_str();
    request.arguments = arguments->data();
    request.environment = what.environment ? environment->data() : nullptr;
    request.directory = what.directory.empty() ? nullptr : what.directory.c_str();
    std::copy(std::begin(standard), std::end(standard), std::begin(request.standard));
    detail::spawned child;
    const int error = blocking([&] { return detail::spawn(request, child); });
    if (error != 0) return error_from(-error);
    return made(child, ctx);
  }

  process made(detail::spawned child, const context* ctx) {
    process p;
    p.core_ = std::make_shared<process_core>(child);
    p.input_ = std::move(ours[0]);
    p.output_ = std::move(ours[1]);
    p.error_ = std::move(ours[2]);
    if (ctx == nullptr) {
      go({.label = "child process"}, [core = p.core_] { core->watch(); });
      return p;
    }
    after_scope at_end = after_func(*ctx, [core = p.core_] { static_cast<void>(core->kill(SIGKILL)); });
    go({.label = "child process"}, [core = p.core_, at_end = std::move(at_end)]() mutable {
      core->watch();
      at_end.stop();
    });
    return p;
  }
};

std::string command::explain(std::error_code why) const {
  return "cannot start \"" + (arguments.empty() ? std::string() : arguments[0]) + "\": " + why.message();
}

std::string exit_status::description() const {
  if (!by_signal_) return "exit status " + std::to_string(value_);
  const char* const name = sigdescr_np(value_);
  return "signal: " + (name != nullptr ? std::string(name) : std::to_string(value_));
}

process::~process() {
  if (core_ != nullptr) static_cast<void>(core_->kill(SIGKILL));
}

int process::id() const noexcept { return started(core_).id(); }

result<exit_status> process::wait(const detail::wait_limit& limit) { return started(core_).wait(limit); }

result<void> process::kill(int signal) { return started(core_).kill(signal); }

void process::swap(process& other) noexcept {
  core_.swap(other.core_);
  input_.swap(other.input_);
  output_.swap(other.output_);
  error_.swap(other.error_);
}

result<process> start(const command& what) { return process_starter().start(what, nullptr); }

result<process> start(const context& ctx, const command& what) {
  if (ctx.err()) return ctx.err();
  return process_starter().start(what, &ctx);
}

}  // namespace weft::io
