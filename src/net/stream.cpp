// SPDX-License-Identifier: Apache-2.0
#include "weft/net/stream.hpp"

#include "net/socket_core.hpp"
#include "park/watch.hpp"

namespace weft::net {

using namespace detail;

namespace {

/// What is left of the parts, as many as one call takes.
class parts_left {
 public:
  explicit parts_left(std::span<const bytes> parts) noexcept : parts_(parts) { skip(0); }

  [[nodiscard]] bool empty() const noexcept { return parts_.empty(); }

  std::size_t fill(memory_part* out) const noexcept {
    std::size_t n = 0;
    std::size_t begun = begun_;
    for (const bytes& part : parts_) {
      if (n == max_parts) break;
      if (part.size() != begun) out[n++] = {const_cast<std::byte*>(part.data()) + begun, part.size() - begun};
      begun = 0;
    }
    return n;
  }

  void skip(std::size_t size) noexcept {
    begun_ += size;
    while (!parts_.empty() && begun_ >= parts_.front().size()) {
      begun_ -= parts_.front().size();
      parts_ = parts_.subspan(1);
    }
  }

 private:
  std::span<const bytes> parts_;
  std::size_t begun_ = 0;  // bytes of the first that are done
};

}  // namespace

result<std::size_t> stream::read(const wait_limit& limit, std::span<std::byte> into) {
  socket_core::turn mine(core_, readiness::readable, limit);
  if (mine.failed()) return mine.error();
  if (into.empty()) return 0;
  return mine.read_stream(into);
}

result<std::size_t> stream::write(const wait_limit& limit, bytes data) {
  socket_core::turn mine(core_, readiness::writable, limit);
  if (mine.failed()) return mine.error();
  fetch_next_turn();
  for (bytes left = data; !left.empty();) {
    const auto sent = mine.count([left](int fd) { return send_bytes(fd, left.data(), left.size()); });
    if (!sent) return sent;
    left = left.subspan(*sent);
  }
  return data.size();
}

result<std::size_t> stream::write_some(const wait_limit& limit, bytes data) {
  socket_core::turn mine(core_, readiness::writable, limit);
  if (mine.failed()) return mine.error();
  if (data.empty()) return 0;
  return mine.count([data](int fd) { return send_bytes(fd, data.data(), data.size()); });
}

result<std::size_t> stream::write_parts(const wait_limit& limit, std::span<const bytes> parts) {
  socket_core::turn mine(core_, readiness::writable, limit);
  if (mine.failed()) return mine.error();
  std::size_t written = 0;
  fetch_next_turn();
  for (parts_left left(parts); !left.empty();) {
    memory_part now[max_parts];
    const std::size_t n = left.fill(now);
    const auto sent = mine.count([&](int fd) { return send_parts(fd, now, n); });
    if (!sent) return sent;
    written += *sent;
    left.skip(*sent);
  }
  return written;
}

result<void> stream::shutdown_write() {
  if (core_ == nullptr) return weft::errc::closed;
  if (const std::error_code error = core_->with_descriptor(shutdown_writing)) return error;
  return {};
}

result<void> stream::shutdown_read() {
  if (core_ == nullptr) return weft::errc::closed;
  if (const std::error_code error = core_->with_descriptor(shutdown_reading)) return error;
  return {};
}

}  // namespace weft::net
