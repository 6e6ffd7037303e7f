// SPDX-License-Identifier: Apache-2.0
//
// Commands, written as Redis reads them: one, or several that are sent together (pipelining).
//
//     weft::redis::batch both;
//     both.add("set", "name", bytes);
//     both.add("incrby", "visits", 3);
//     auto replies = db.run(ctx, both);                    // as many, in this order
//
// Arguments are texts with any bytes, or numbers. They are copied. Commands that are not answered once each (SUBSCRIBE,
// MONITOR, CLIENT REPLY OFF ...), and HELLO 3, whose answers have other types, can be added, but not sent.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace weft::redis {

/// One argument. Refers to the text it is made from.
class argument {
 public:
  argument(std::string_view text) noexcept : text_(text) {}
  argument(const std::string& text) noexcept : text_(text) {}
  argument(const char* text) noexcept : text_(text) {}
  argument(std::span<const std::byte> bytes) noexcept
      : text_(reinterpret_cast<const char*>(bytes.data()), bytes.size()) {}
  template <class T>
  requires(std::is_arithmetic_v<T> && !std::same_as<T, bool> && !std::same_as<T, char>) argument(T value)
  noexcept : size_(static_cast<std::size_t>(std::to_chars(digits_, digits_ + sizeof digits_, value).ptr - digits_)) {}

  [[nodiscard]] std::string_view text() const noexcept { return size_ != 0 ? std::string_view(digits_, size_) : text_; }

 private:
  std::string_view text_;
  char digits_[48] = {};
  std::size_t size_ = 0;  // of the digits; 0: it is the text
};

class batch {
 public:
  batch() noexcept = default;

  /// One more command: its name and its arguments.
  template <class... Arguments>
  requires(std::convertible_to<const Arguments&, argument>&&...) void add(std::string_view name,
                                                                          const Arguments&... arguments) {
    const std::array<argument, sizeof...(Arguments) + 1> all{argument(name), argument(arguments)...};
    add_all(all);
  }
  /// The same, when the number of arguments is known only when the program runs; the first is the name.
  void add_all(std::span<const argument> words);

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// As they go to the server.
  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }
  void clear() noexcept { *this = batch(); }

 private:
  friend class connection;

  /// What a command does to the connection's transaction, if Redis agrees.
  enum class step : std::uint8_t { multi, watch, unwatch, end };
  struct mark {
    std::size_t at;  // which command
    step what;
  };

  void look_at(std::span<const argument> words);

  std::string bytes_;
  std::size_t size_ = 0;
  std::string first_;    // the name of the first command
  std::string refusal_;  // why this is not for a connection that answers each command once; empty: it is
  std::vector<mark> marks_;
  bool alters_ = false;  // leaves the connection otherwise than it was
};

}  // namespace weft::redis
