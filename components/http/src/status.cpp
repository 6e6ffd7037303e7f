// SPDX-License-Identifier: Apache-2.0
#include "weft/http/status.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace weft::http::status {
namespace {

struct known {
  int number;
  std::string_view text;
};

// In the order of their numbers.
constexpr auto texts = std::to_array<known>({
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {511, "Network Authentication Required"},
});
static_assert(std::is_sorted(texts.begin(), texts.end(),
                             [](const known& a, const known& b) { return a.number < b.number; }));

}  // namespace

std::string_view text_of(int number) noexcept {
  const auto at = std::lower_bound(texts.begin(), texts.end(), number,
                                   [](const known& entry, int wanted) { return entry.number < wanted; });
  return at != texts.end() && at->number == number ? at->text : std::string_view();
}

}  // namespace weft::http::status
