// SPDX-License-Identifier: Apache-2.0
//
// The context of a request, and who ends it when the client goes.
//
// The context is made when the handler first asks for it; a goroutine then reads from the connection, as soon as the
// body was read to its end: what comes belongs to the next request and stays in the input; an end or an error means
// that the client has gone. It stops reading when as much is ahead as a client can reasonably have sent in advance.
//
// stop() calls the read off and waits for the goroutine: from then on the input is the connection's own again. A read
// that was called off has taken nothing (E2), so no byte is lost.
#pragma once

#include <optional>
#include <system_error>

#include "incoming.hpp"
#include "shared.hpp"
#include "weft/context.hpp"
#include "weft/wait_group.hpp"

namespace weft::http {

class watcher {
 public:
  watcher(const shared& common, incoming& in) noexcept : common_(common), in_(in) {}
  watcher(const watcher&) = delete;
  watcher& operator=(const watcher&) = delete;
  ~watcher() { end(); }

  /// The request's context.
  const context& ctx();

  /// The body has come to its end, or has been read a bit further.
  void body_was_read() {
    if (request_) start();
  }

  /// Nobody reads in the background any more, or will during this request.
  void stop();

  /// Nobody reads any more, and the request's context ends.
  void end();

  /// The client has gone.
  void gone(std::error_code why);

 private:
  static constexpr std::size_t most_ahead = 64 * 1024;

  void start();
  void watch(const context& while_wanted);

  const shared& common_;
  incoming& in_;
  std::optional<cancel_scope> request_;  // none: nobody has asked
  std::optional<cancel_scope> wanted_;   // some: the goroutine has been started
  wait_group reading_;
  bool stopped_ = false;
  std::error_code gone_;  // why the client has gone, if it has
};

}  // namespace weft::http
