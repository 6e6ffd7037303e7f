// SPDX-License-Identifier: Apache-2.0
//
// Boost.Beast's parser of requests, behind a door: nobody else sees Beast's headers for it.
//
// A header is given to it whole, after head_scanner has passed it, and a body piece by piece. Fields of a trailer are
// read and dropped: they come too late for a handler, and must not look like fields of the header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "weft/http/fields.hpp"

namespace weft::http {

/// A request without its body.
struct head {
  std::string method;
  std::string target;
  int version = 11;
  fields header;
  std::optional<std::uint64_t> length;  // of the body; nothing if it is chunked
  bool keep_alive = false;
};

class message_parser {
 public:
  message_parser();
  ~message_parser();

  /// Begins with a new request: `bytes` is one header with its empty line. Returns 0, or the status to refuse it with.
  int begin(std::string_view bytes, std::uint64_t max_body, head& into);

  /// The body has been read to its end, or there is none.
  [[nodiscard]] bool done() const noexcept;

  /// How many bytes of a body that is not chunked are still to come.
  [[nodiscard]] std::optional<std::uint64_t> left() const noexcept;

  struct progress {
    std::size_t consumed = 0;  // of `bytes`
    std::size_t produced = 0;  // put into `into`
    std::error_code error{};   // http::errc
  };
  /// Takes body from `bytes` as long as there is room and something is formed completely. `into` may be where `bytes`
  /// stand, if the body is not chunked. Not when done.
  progress body(std::string_view bytes, std::span<std::byte> into);

 private:
  class requests;
  std::unique_ptr<requests> parser_;
};

}  // namespace weft::http
