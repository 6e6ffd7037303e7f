// SPDX-License-Identifier: Apache-2.0
#include "trace/pprof.hpp"

#include <map>
#include <string_view>
#include <vector>

namespace weft::detail {

namespace {

/// A message of protobuf: a field is its number and how its value is written (0: a number, 2: bytes), then the value.
class message {
 public:
  void number(unsigned field, std::uint64_t value) {
    if (value == 0) return;  // as when it is not there
    varint(field << 3);
    varint(value);
  }

  void bytes(unsigned field, std::string_view value) {
    varint(field << 3 | 2);
    varint(value.size());
    text_ += value;
  }

  /// Of a list of numbers.
  void packed(std::uint64_t value) { varint(value); }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 128; value >>= 7) text_ += static_cast<char>(value | 128);
    text_ += static_cast<char>(value);
  }

  std::string text_;
};

// Field numbers of profile.proto.
namespace profile {
constexpr unsigned sample_type = 1, sample = 2, mapping = 3, location = 4, function = 5, string_table = 6,
                   duration_nanos = 10, period_type = 11, period = 12;
}

class encoder {
 public:
  explicit encoder(name_of_pc name) : name_(name) { text(""); }

  [[nodiscard]] std::string encode(const stack_table& stacks, const profile_kind& kind) {
    const bool two = kind.sum_type != nullptr;
    out_.bytes(profile::sample_type, value_type(kind.count_type, kind.count_unit));
    if (two) out_.bytes(profile::sample_type, value_type(kind.sum_type, kind.sum_unit));
    for (std::size_t i = 0; i < stacks.capacity; ++i) {
      if (stacks.entries[i].count != 0) add_sample(stacks.entries[i], two);
    }
    message whole;  // one mapping for all: names are known already, so pprof need not look for files
    whole.number(1, 1);
    whole.number(3, ~std::uint64_t{0});
    whole.number(7, 1);
    out_.bytes(profile::mapping, whole.text());
    out_.number(profile::duration_nanos, static_cast<std::uint64_t>(kind.duration_ns));
    out_.bytes(profile::period_type,
               two ? value_type(kind.sum_type, kind.sum_unit) : value_type(kind.count_type, kind.count_unit));
    out_.number(profile::period, static_cast<std::uint64_t>(kind.period));
    std::vector<std::string_view> ordered(strings_.size());
    for (const auto& [string, index] : strings_) ordered[index] = string;
    for (const std::string_view each : ordered) out_.bytes(profile::string_table, each);
    return out_.text();
  }

 private:
  std::uint64_t text(std::string_view what) {
    return strings_.emplace(std::string(what), strings_.size()).first->second;
  }

  std::string value_type(const char* type, const char* unit) {
    message m;
    m.number(1, text(type));
    m.number(2, text(unit));
    return m.text();
  }

  std::string label(const char* key, std::string_view value) {
    message m;
    m.number(1, text(key));
    m.number(2, text(value));
    return m.text();
  }

  std::uint64_t function(const std::string& name) {
    const auto [at, made] = functions_.emplace(name, functions_.size() + 1);
    if (made) {
      message m;
      m.number(1, at->second);
      m.number(2, text(name));
      m.number(3, text(name));
      out_.bytes(profile::function, m.text());
    }
    return at->second;
  }

  std::uint64_t location(void* pc) {
    const auto [at, made] = locations_.emplace(pc, locations_.size() + 1);
    if (made) {
      message m;
      m.number(1, at->second);
      m.number(2, 1);
      m.number(3, reinterpret_cast<std::uint64_t>(pc) - 1);  // in the call, not behind it
      if (const std::string name = name_(pc); !name.empty()) {
        message line;
        line.number(1, function(name));
        m.bytes(4, line.text());
      }
      out_.bytes(profile::location, m.text());
    }
    return at->second;
  }

  void add_sample(const stack_entry& stack, bool two) {
    message places, values, m;
    for (std::uint32_t i = 0; i < stack.depth; ++i) places.packed(location(stack.frames[i]));
    values.packed(stack.count);
    if (two) values.packed(stack.sum);
    m.bytes(1, places.text());
    m.bytes(2, values.text());
    if (stack.label != nullptr) m.bytes(3, label("label", stack.label));
    if (stack.file != nullptr) {
      m.bytes(3, label("started", std::string(stack.file) + ":" + std::to_string(stack.line)));
    }
    out_.bytes(profile::sample, m.text());
  }

  name_of_pc name_;
  message out_;
  std::map<std::string, std::uint64_t> strings_, functions_;
  std::map<void*, std::uint64_t> locations_;
};

}  // namespace

std::string pprof_of(const stack_table& stacks, const profile_kind& kind, name_of_pc name) {
  return encoder(name).encode(stacks, kind);
}

}  // namespace weft::detail
