// SPDX-License-Identifier: Apache-2.0
//
// What has come on a connection and was not used yet.
//
// One goroutine at a time: that of the connection, or the watcher (watcher.hpp) while the handler runs. A connection
// that waits for its next request holds no buffer beyond `first_size`: there may be many of them.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "weft/http/transport.hpp"
#include "weft/result.hpp"

namespace weft::http {

class input {
 public:
  static constexpr std::size_t first_size = 2048;

  explicit input(transport& from) noexcept : from_(from) {}

  [[nodiscard]] std::string_view ahead() const noexcept { return {buffer_.get() + begin_, end_ - begin_}; }
  void consume(std::size_t n) noexcept { begin_ += n; }

  /// One read from the connection, behind what is there; 0: the client has ended. After the end it is not asked again.
  result<std::size_t> fill(const transport::limit& within);

  /// Some bytes: what is there, or else one read past the buffer. For bodies and WebSockets.
  result<std::size_t> read(const transport::limit& within, std::span<std::byte> into);

  /// Gives memory back, if nothing is ahead.
  void shrink() noexcept;

 private:
  void make_room();

  transport& from_;
  std::unique_ptr<char[]> buffer_;
  std::size_t size_ = 0;   // of the buffer
  std::size_t begin_ = 0;  // buffer_[begin_, end_) is ahead
  std::size_t end_ = 0;
  bool ended_ = false;
};

}  // namespace weft::http
