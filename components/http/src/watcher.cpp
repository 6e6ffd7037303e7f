// SPDX-License-Identifier: Apache-2.0
#include "watcher.hpp"

#include <chrono>

#include "limit.hpp"
#include "weft/io/error.hpp"

namespace weft::http {

const context& watcher::ctx() {
  if (!request_) {
    request_.emplace(with_cancel(common_.forced));
    if (gone_)
      request_->cancel(gone_);
    else
      start();
  }
  return *request_;
}

void watcher::start() {
  if (wanted_ || stopped_ || !in_.body_done()) return;
  wanted_.emplace(with_cancel(common_.forced));
  reading_.go([this, while_wanted = context(*wanted_)] { watch(while_wanted); });
}

void watcher::watch(const context& while_wanted) {
  while (in_.bytes().ahead().size() < most_ahead) {
    const result<std::size_t> got = in_.bytes().fill(limit_of(while_wanted, std::chrono::nanoseconds::max()));
    if (while_wanted.err()) return;
    if (!got) return gone(got.error());
    if (*got == 0) return gone(io::errc::unexpected_end);
  }
}

// From the watching goroutine only while there is a request_: gone_ is for whoever asks later.
void watcher::gone(std::error_code why) {
  if (!request_) gone_ = why;
  if (request_) request_->cancel(why);
}

void watcher::stop() {
  stopped_ = true;
  if (!wanted_) return;
  wanted_->cancel();
  reading_.wait();
}

void watcher::end() {
  stop();
  wanted_.reset();
  request_.reset();
  stopped_ = false;
  gone_ = {};
}

}  // namespace weft::http
