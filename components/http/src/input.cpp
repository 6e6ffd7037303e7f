// SPDX-License-Identifier: Apache-2.0
#include "input.hpp"

#include <algorithm>
#include <cstring>

namespace weft::http {

void input::make_room() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ < size_) return;
  if (begin_ >= size_ / 2 && size_ != 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
  } else {
    const std::size_t size = size_ == 0 ? first_size : size_ * 2;
    std::unique_ptr<char[]> larger(new char[size]);
    if (end_ != begin_) std::memcpy(larger.get(), buffer_.get() + begin_, end_ - begin_);
    buffer_ = std::move(larger);
    size_ = size;
  }
  end_ -= begin_;
  begin_ = 0;
}

result<std::size_t> input::fill(const transport::limit& within) {
  if (ended_) return std::size_t{0};
  make_room();
  const result<std::size_t> got =
      from_.read(within, std::as_writable_bytes(std::span(buffer_.get() + end_, size_ - end_)));
  if (got) end_ += *got;
  ended_ = got && *got == 0;
  return got;
}

result<std::size_t> input::read(const transport::limit& within, std::span<std::byte> into) {
  const std::string_view have = ahead();
  if (have.empty()) {
    if (ended_) return std::size_t{0};
    const result<std::size_t> got = from_.read(within, into);
    ended_ = got && *got == 0 && !into.empty();
    return got;
  }
  const std::size_t n = std::min(have.size(), into.size());
  if (n != 0) std::memcpy(into.data(), have.data(), n);
  consume(n);
  return n;
}

void input::shrink() noexcept {
  if (begin_ != end_) return;
  begin_ = end_ = 0;
  if (size_ <= first_size) return;
  buffer_.reset();
  size_ = 0;
}

}  // namespace weft::http
