// SPDX-License-Identifier: Apache-2.0
//
// URLs: RFC 3986, as much of it as http and https need.
#include <algorithm>
#include <charconv>
#include <vector>

#include "weft/http/client_error.hpp"
#include "weft/http/url.hpp"
#include "weft/net/endpoint.hpp"

namespace weft::http {
namespace {

constexpr std::string_view letters_and_digits = "abcdefghijklmnopqrstuvwxyz0123456789";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

struct refusal {
  std::string_view text;
  std::string* why;

  std::error_code operator()(const std::string& what) const {
    if (why != nullptr) *why = "the URL \"" + std::string(text) + "\" " + what;
    return make_error_code(client_errc::bad_url);
  }
};

/// The path without "." and "..", as RFC 3986 5.2.4 takes them away.
std::string without_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  bool folder = false;  // whether it ends in a slash
  path.remove_prefix(1);
  for (;;) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    folder = part == "." || part == "..";
    if (part == ".." && !kept.empty()) kept.pop_back();
    if (!folder) kept.push_back(part);
    if (end == path.size()) break;
    path.remove_prefix(end + 1);
  }
  std::string out;
  for (const std::string_view part : kept) (out += '/') += part;
  if (folder || out.empty()) out += '/';
  return out;
}

bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

result<url> url::parse(std::string_view text, std::string* why) {
  const refusal refuse{text.substr(0, 200), why};
  if (!printable(text))
    return refuse("has a blank, a control character or a letter that is not ASCII: write it as %20");
  const std::size_t colon = text.find("://");
  if (colon == text.npos) return refuse("has no scheme, such as http://");
  url made;
  made.scheme_ = lower(text.substr(0, colon));
  if (made.scheme_ != "http" && made.scheme_ != "https")
    return refuse("has the unknown scheme \"" + made.scheme_ + '"');
  std::string_view rest = text.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  const std::size_t end = std::min(rest.find_first_of("/?\\"), rest.size());
  std::string_view authority = rest.substr(0, end);
  rest.remove_prefix(end);
  if (rest.starts_with('\\')) return refuse("has a backslash where its path should begin");
  if (authority.find('@') != authority.npos) return refuse("has a user name: set the field Authorization");
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == authority.npos) return refuse("has an address without its closing bracket");
    made.host_ = std::string(authority.substr(1, close - 1));
    const auto address = net::address::parse(made.host_);
    if (!address || !address->is_ipv6()) return refuse("has brackets without an IPv6 address");
    authority.remove_prefix(close + 1);
    if (!authority.empty() && authority[0] != ':') return refuse("has something between its address and its port");
    port = authority;
  } else {
    const std::size_t at = std::min(authority.find(':'), authority.size());
    made.host_ = lower(authority.substr(0, at));
    port = authority.substr(at);
    if (made.host_.empty()) return refuse("has no host");
    if (made.host_.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-_~") != made.host_.npos) {
      return refuse("has a character that no host has");
    }
  }
  made.port_ = made.secure() ? 443 : 80;
  if (port.size() > 1) {
    const char* const first = port.data() + 1;
    const char* const last = port.data() + port.size();
    const auto [stop, wrong] = std::from_chars(first, last, made.port_);
    if (wrong != std::errc() || stop != last || made.port_ == 0) return refuse("has no port from 1 to 65535");
  }
  const std::size_t query = std::min(rest.find('?'), rest.size());
  made.target_ = without_dots(query == 0 ? "/" : rest.substr(0, query)) + std::string(rest.substr(query));
  return made;
}

std::string url::authority() const {
  std::string out = host_.find(':') != host_.npos ? '[' + host_ + ']' : host_;
  if (port_ != (secure() ? 443 : 80)) (out += ':') += std::to_string(port_);
  return out;
}

result<url> url::resolved(std::string_view reference, std::string* why) const {
  reference = reference.substr(0, reference.find('#'));
  const std::size_t scheme = lower(reference).find_first_not_of(std::string(letters_and_digits) + "+-.");
  if (scheme != reference.npos && scheme != 0 && reference[scheme] == ':') return parse(reference, why);
  if (reference.starts_with("//")) return parse(scheme_ + ':' + std::string(reference), why);
  const std::string here = scheme_ + "://" + authority();
  if (reference.empty()) return *this;
  if (reference[0] == '/') return parse(here + std::string(reference), why);
  const std::string path = target_.substr(0, target_.find('?'));
  if (reference[0] == '?') return parse(here + path + std::string(reference), why);
  return parse(here + path.substr(0, path.rfind('/') + 1) + std::string(reference), why);
}

}  // namespace weft::http
