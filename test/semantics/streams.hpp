// SPDX-License-Identifier: Apache-2.0
//
// Readers and writers that do what a test tells them.
#pragma once

#include <algorithm>
#include <cstring>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "harness.hpp"
#include "weft/weft.hpp"

namespace weft::test {

/// One step of a script: some bytes, an error, or the end of the input.
struct step {
  std::string bytes{};
  std::error_code error{};
};

/// Reads what its script says, one step per read; more room than a step has bytes is left alone. After the script the
/// input has ended.
class scripted_reader {
 public:
  scripted_reader(std::initializer_list<step> steps) : steps_(steps) {}

  result<std::size_t> read(std::span<std::byte> into) {
    ++reads;
    if (steps_.empty()) return std::size_t{0};
    step& now = steps_.front();
    if (now.error) {
      const std::error_code error = now.error;
      steps_.pop_front();
      return error;
    }
    const std::size_t n = std::min(into.size(), now.bytes.size());
    std::memcpy(into.data(), now.bytes.data(), n);
    now.bytes.erase(0, n);
    if (now.bytes.empty()) steps_.pop_front();
    return n;
  }

  int reads = 0;

 private:
  std::deque<step> steps_;
};

/// One byte per read.
class slow_reader {
 public:
  explicit slow_reader(std::string text) : text_(std::move(text)) {}
  result<std::size_t> read(std::span<std::byte> into) {
    if (into.empty() || at_ == text_.size()) return std::size_t{0};
    into[0] = static_cast<std::byte>(text_[at_++]);
    return std::size_t{1};
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

/// Keeps every write apart; fails when it has taken `good` of them.
class recording_writer {
 public:
  explicit recording_writer(std::size_t good = SIZE_MAX) : good_(good) {}
  result<std::size_t> write(std::span<const std::byte> from) {
    if (writes.size() == good_) return std::make_error_code(std::errc::no_space_on_device);
    writes.emplace_back(io::text_of(from));
    return from.size();
  }

  std::vector<std::string> writes;

 private:
  std::size_t good_;
};

inline std::span<std::byte> room_in(std::span<char> buffer) { return std::as_writable_bytes(buffer); }

inline const std::error_code broken = std::make_error_code(std::errc::io_error);

}  // namespace weft::test
