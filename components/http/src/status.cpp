// SPDX-License-Identifier: Apache-2.0
#include "weft/http/status.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace weft::http::status {
namespace {

// In the order of their numbers.
constexpr std::array<std::pair<int, std::string_view>, 0> texts{{

}};

}  // namespace

std::string_view text_of(int number) noexcept {
  const auto at = std::lower_bound(texts.begin(), texts.end(), number,
                                   [](const auto& entry, int wanted) { return entry.first < wanted; });
  return at != texts.end() && at->first == number ? at->second : std::string_view();
}

}  // namespace weft::http::status
