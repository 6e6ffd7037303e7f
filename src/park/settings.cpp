// SPDX-License-Identifier: Apache-2.0
#include "park/settings.hpp"

#include <cstdlib>

namespace weft::detail {

namespace {

std::string_view setting_in(const char* variable, std::string_view key) noexcept {
  const char* const all = std::getenv(variable);
  std::string_view left = all != nullptr ? all : "";
  while (!left.empty()) {
    const std::string_view word = left.substr(0, left.find(','));
    left.remove_prefix(word.size() < left.size() ? word.size() + 1 : word.size());
    if (word == key) return word;
    if (word.size() > key.size() && word.substr(0, key.size()) == key && word[key.size()] == '=') {
      return word.substr(key.size() + 1);
    }
  }
  return {};
}

}  // namespace

std::string_view diag_setting(std::string_view key) noexcept { return setting_in("WEFT_DIAG", key); }
std::string_view debug_setting(std::string_view key) noexcept { return setting_in("WEFT_DEBUG", key); }

}  // namespace weft::detail
