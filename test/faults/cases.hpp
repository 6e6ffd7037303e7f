// SPDX-License-Identifier: Apache-2.0
//
// What all tables of fault cases share: how an operation is made to give up, and what must hold after every case.
//
// A case is named by its operation, its fault and where that strikes. `in_case` says the name when the case fails, and
// when it hangs; after it no goroutine of the case and no descriptor may be left.
#pragma once

#include <fcntl.h>

#include <atomic>
#include <string>
#include <string_view>

#include "semantics/network.hpp"
#include "supervisor.hpp"
#include "weft/testing.hpp"

namespace weft::test {

/// How an operation that waits is ended from outside.
enum class ending : std::uint8_t { cancel, limit, deadline, close };
inline constexpr ending all_endings[] = {ending::cancel, ending::limit, ending::deadline, ending::close};

inline const char* name_of(ending how) {
  constexpr const char* names[] = {"cancel", "limit", "deadline", "close"};
  return names[static_cast<int>(how)];
}

inline std::error_code error_of(ending how) {
  return how == ending::cancel ? errc::cancelled : how == ending::close ? errc::closed : errc::timed_out;
}

/// Gives an operation its limit, and ends it in the way that is named. For `limit` the time is all.
class ender {
 public:
  explicit ender(ending how) : how_(how), ctx_(with_cancel(background())) {}

  [[nodiscard]] detail::wait_limit limit() const {
    return how_ == ending::limit ? detail::within(3ms) : detail::wait_limit(ctx_);
  }

  void cancel() { ctx_.cancel(); }

  /// Called when the operation waits, or is about to.
  void end(net::socket& socket) {
    if (how_ == ending::cancel) ctx_.cancel();
    if (how_ == ending::deadline) socket.set_deadline(clock::now());
    if (how_ == ending::close) socket.close();
  }

 private:
  ending how_;
  cancel_scope ctx_;
};

/// The cases of one test.
class case_table {
 public:
  explicit case_table(std::string test) : test_(std::move(test)) {}
  case_table(const case_table&) = delete;
  case_table& operator=(const case_table&) = delete;
  ~case_table() { std::printf("faults: %s: %d cases\n", test_.c_str(), cases_); }

  /// Runs one; `body` returns what is wrong, or nothing.
  template <class Body>
  void in_case(const std::string& name, Body body) {
    begin_run((test_ + ": " + name).c_str());
    const int before = lowest_free();
    const std::string wrong = body();
    if (!wrong.empty()) ADD_FAILURE() << test_ << ": " << name << ": " << wrong;
    for (int patience = 5000; num_goroutine() != 1 && patience > 0; --patience)
      sleep_for(1ms);  // they are about to end
    if (num_goroutine() != 1) ADD_FAILURE() << test_ << ": " << name << ": goroutines are left";
    if (cases_++ != 0 && lowest_free() > before && ++leaks_ > tolerated)
      ADD_FAILURE() << test_ << ": " << name << ": a descriptor is left";
  }

 private:
  // The first case opens the poller, and a worker that looks for a deadlock has a descriptor for a moment.
  static constexpr int tolerated = 3;

  static int lowest_free() {
    const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(fd);
    return fd;
  }

  std::string test_;
  int cases_ = 0;
  int leaks_ = 0;
};

/// What is wrong with an error, or nothing.
inline std::string expect_error(const std::error_code& got, const std::error_code& wanted) {
  if (got == wanted || (wanted && got == wanted.default_error_condition())) return {};
  return "ended with \"" + (got ? got.message() : "success") + "\" instead of \"" +
         (wanted ? wanted.message() : "success") + "\"";
}

}  // namespace weft::test
