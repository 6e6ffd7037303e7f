// SPDX-License-Identifier: Apache-2.0
//
// Finds the end of a request's header, and refuses what is not exactly formed, byte by byte as it comes.
//
// Beast's parser, which gets what has passed here, is more lenient: it unfolds obs-fold, for one. Two programs in a
// chain that understand a header in different ways are what request smuggling lives on, so everything that RFC 9112
// forbids or leaves to the reader's mercy is refused (H6):
//     lines end in CR LF; no other CR or LF, no control character but a tab in a value
//     request line = method SP target SP "HTTP/" DIGIT "." DIGIT: one blank each, printable ASCII
//     field = token ":" value: nothing before the colon but the name, no line that begins with a blank
// One empty line before the request line is passed over, as RFC 9112 (2.2) asks for.
//
// What is wrong is known as soon as the byte is there: a client that never ends its header is told so at once if it
// cannot be one, and else by the limits of size or time.
#pragma once

#include <cstddef>
#include <string_view>

namespace weft::http {

class head_scanner {
 public:
  /// `of`: a whole header, or only fields, which is what a trailer is.
  enum class kind { header, trailer };
  explicit head_scanner(std::size_t limit, kind of = kind::header) noexcept
      : limit_(limit), in_request_line_(of == kind::header), in_name_(of == kind::trailer) {}

  enum class outcome { more, complete, refused };

  /// `all` is what was there at the last call, and more. Looks at what is new.
  outcome scan(std::string_view all);

  /// When complete: where the header begins, and how many bytes that are, with its empty line.
  [[nodiscard]] std::size_t begin() const noexcept { return begin_; }
  [[nodiscard]] std::size_t size() const noexcept { return at_ - begin_; }

  /// When refused: 400, 414, 431 or 505.
  [[nodiscard]] int status() const noexcept { return status_; }

 private:
  static constexpr std::size_t most_fields = 100;

  outcome refuse(int status) noexcept;
  /// Whether the character may stand there; the line begins at line_.
  [[nodiscard]] int check_character(unsigned char c) noexcept;
  /// A line is complete, without its end.
  [[nodiscard]] int check_line(std::string_view line) noexcept;

  const std::size_t limit_;
  std::size_t at_ = 0;     // looked at so far
  std::size_t begin_ = 0;  // of the request line
  std::size_t line_ = 0;   // where the current line begins
  std::size_t fields_ = 0;
  bool in_request_line_;
  bool in_name_;  // of a field
  bool after_return_ = false;
  int status_ = 0;
};

/// RFC 9110's tchar: what methods and names are made of.
[[nodiscard]] bool is_token_character(unsigned char c) noexcept;
[[nodiscard]] bool is_token(std::string_view text) noexcept;

}  // namespace weft::http
