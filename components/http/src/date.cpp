// SPDX-License-Identifier: Apache-2.0
//
// Written out by hand: strftime and strptime speak the language of the process.
#include "date.hpp"

#include <array>
#include <cstdio>

namespace weft::http {
namespace {

constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

std::string date_text(std::time_t when) {
  std::tm at{};
  gmtime_r(&when, &at);
  std::array<char, 64> text;
  const int n = std::snprintf(
      text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT", days[static_cast<std::size_t>(at.tm_wday)],
      at.tm_mday, months[static_cast<std::size_t>(at.tm_mon)], at.tm_year + 1900, at.tm_hour, at.tm_min, at.tm_sec);
  return {text.data(), static_cast<std::size_t>(n)};
}

std::optional<std::time_t> date_in(std::string_view text) {
  if (text.size() != 29) return std::nullopt;
  std::tm at{};
  std::array<char, 4> month{};
  const std::string copy(text);
  if (std::sscanf(copy.c_str() + 5, "%2d %3s %4d %2d:%2d:%2d GMT", &at.tm_mday, month.data(), &at.tm_year, &at.tm_hour,
                  &at.tm_min, &at.tm_sec) != 6) {
    return std::nullopt;
  }
  for (at.tm_mon = 0; at.tm_mon < 12; ++at.tm_mon) {
    if (std::string_view(months[static_cast<std::size_t>(at.tm_mon)]) == month.data()) break;
  }
  at.tm_year -= 1900;
  const std::time_t when = timegm(&at);
  // What was out of range has been carried over by timegm, and is written differently.
  if (at.tm_mon == 12 || date_text(when) != text) return std::nullopt;
  return when;
}

}  // namespace weft::http
