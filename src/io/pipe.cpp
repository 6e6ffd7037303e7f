// SPDX-License-Identifier: Apache-2.0
//
// Made of channels, exactly as Go's (io/pipe.go): the writer whose turn it is offers what it has left on `offered`, a
// reader copies from it and says on `taken` how much, and `done` is closed by the first close of either end.
//
// A writer that has handed over its memory waits for the answer whatever its limit says: the reader is just copying
// from it. Nothing can hold the reader up between the two, so this is a matter of instructions.
#include "weft/io/pipe.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>

#include "weft/chan.hpp"
#include "weft/detail/panic.hpp"
#include "weft/error.hpp"
#include "weft/mutex.hpp"
#include "weft/select.hpp"
#include "weft/unit.hpp"

namespace weft::io {

class pipe_core {
 public:
  result<std::size_t> read(const detail::wait_limit& limit, std::span<std::byte> into) {
    if (limit.called_off()) return detail::error_of(detail::wait_end::cancelled, limit);
    if (is_done()) return end_for_reader();
    if (into.empty()) return std::size_t{0};
    std::optional<std::span<const std::byte>> from;
    const result<std::size_t> which =
        select(limit, on_recv(offered_, [&](auto bytes) { from = bytes; }), on_recv(done_));
    if (!which) return which.error();
    if (!from) return end_for_reader();
    const std::size_t n = std::min(into.size(), from->size());
    std::memcpy(into.data(), from->data(), n);
    taken_.send(n);
    return n;
  }

  result<std::size_t> write(const detail::wait_limit& limit, std::span<const std::byte> from) {
    if (const result<void> mine = turn_.lock(limit); !mine) return mine.error();
    const std::scoped_lock hold(std::adopt_lock, turn_);
    if (is_done()) return error_for_writer();
    for (std::span<const std::byte> left = from; !left.empty();) {
      const result<std::size_t> which = select(limit, on_send(offered_, left), on_recv(done_));
      if (!which) return which.error();
      if (*which == 1) return error_for_writer();
      left = left.subspan(taken_.recv().value());
    }
    return from.size();
  }

  void close_reader(std::error_code reason) { close(reader_, reason); }
  void close_writer(std::error_code reason) { close(writer_, reason); }

 private:
  struct end {
    bool closed = false;
    std::error_code reason;  // as given to close(); zero: none
  };

  void close(end& which, std::error_code reason) {
    bool first = false;
    {
      const std::scoped_lock hold(closing_);
      if (which.closed) return;
      first = !reader_.closed && !writer_.closed;
      which = {true, reason};
    }
    if (first) done_.close();
  }

  [[nodiscard]] bool is_done() {
    const std::scoped_lock hold(closing_);
    return reader_.closed || writer_.closed;
  }

  result<std::size_t> end_for_reader() {
    const std::scoped_lock hold(closing_);
    if (reader_.closed) return weft::errc::closed;
    if (writer_.reason) return writer_.reason;
    return std::size_t{0};
  }

  result<std::size_t> error_for_writer() {
    const std::scoped_lock hold(closing_);
    if (!writer_.closed && reader_.reason) return reader_.reason;
    return weft::errc::closed;
  }

  mutex turn_;  // of writers
  chan<std::span<const std::byte>> offered_;
  chan<std::size_t> taken_;
  chan<unit> done_;
  mutex closing_;
  end reader_;  // under closing_
  end writer_;  // under closing_
};

namespace {

pipe_core& open(const std::shared_ptr<pipe_core>& core) {
  if (core == nullptr) detail::panic("weft: use of a pipe's end that was moved away");
  return *core;
}

}  // namespace

pipe_reader::pipe_reader(std::shared_ptr<pipe_core> core) noexcept : core_(std::move(core)) {}
pipe_writer::pipe_writer(std::shared_ptr<pipe_core> core) noexcept : core_(std::move(core)) {}

pipe_reader::~pipe_reader() {
  if (core_ != nullptr) core_->close_reader({});
}

pipe_writer::~pipe_writer() {
  if (core_ != nullptr) core_->close_writer({});
}

pipe_reader& pipe_reader::operator=(pipe_reader&& other) noexcept {
  pipe_reader(std::move(other)).core_.swap(core_);
  return *this;
}

pipe_writer& pipe_writer::operator=(pipe_writer&& other) noexcept {
  pipe_writer(std::move(other)).core_.swap(core_);
  return *this;
}

result<std::size_t> pipe_reader::read(const detail::wait_limit& limit, std::span<std::byte> into) {
  return open(core_).read(limit, into);
}

result<std::size_t> pipe_writer::write(const detail::wait_limit& limit, std::span<const std::byte> from) {
  return open(core_).write(limit, from);
}

void pipe_reader::close(std::error_code reason) { open(core_).close_reader(reason); }

void pipe_writer::close(std::error_code reason) { open(core_).close_writer(reason); }

pipe_ends make_pipe() {
  auto core = std::make_shared<pipe_core>();
  return {pipe_reader(core), pipe_writer(core)};
}

}  // namespace weft::io
