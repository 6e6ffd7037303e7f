// SPDX-License-Identifier: Apache-2.0
#include "framing.hpp"

#include <algorithm>

#include "head_scanner.hpp"
#include "weft/http/status.hpp"

namespace weft::http {
namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// reg-name, IPv4 or [IPv6], and a port: what stands in Host.
bool is_host(std::string_view text) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos) return false;
    const std::string_view inside = text.substr(1, end - 1);
    if (inside.empty() || inside.find_first_not_of("0123456789abcdefABCDEF:.") != inside.npos) return false;
    port = text.substr(end + 1);
    if (!port.empty() && port[0] != ':') return false;
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    const std::string_view name = text.substr(0, colon);
    const auto allowed = [](char c) {
      return is_token_character(static_cast<unsigned char>(c)) || c == '(' || c == ')';
    };
    if (!std::all_of(name.begin(), name.end(), allowed)) return false;
    port = text.substr(colon);
  }
  if (!port.empty()) port.remove_prefix(1);
  return port.size() <= 5 && port.find_first_not_of("0123456789") == port.npos;
}

int check_host(const head& asked) {
  const std::size_t count = asked.header.count("Host");
  if (count > 1 || (count == 0 && asked.version >= 11)) return status::bad_request;
  return is_host(asked.header.get("Host").value_or("")) ? 0 : status::bad_request;
}

// "chunked" is what is understood. Behind another coding it ends the body as well, but what that holds is not.
int check_coding(const head& asked) {
  std::string_view rest = *asked.header.get("Transfer-Encoding");
  if (asked.version < 11) return status::bad_request;
  if (same_name(rest, "chunked")) return asked.length ? status::bad_request : 0;
  for (;;) {
    const std::size_t comma = rest.find(',');
    if (comma == rest.npos) break;
    std::string_view coding = rest.substr(0, comma);
    coding = coding.substr(0, coding.find_last_not_of(" \t") + 1);
    if (!is_token(coding) || same_name(coding, "chunked")) return status::bad_request;
    rest.remove_prefix(comma + 1);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  }
  return same_name(rest, "chunked") ? status::not_implemented : status::bad_request;
}

int check_length(const head& asked) {
  const std::size_t lengths = asked.header.count("Content-Length");
  const std::size_t codings = asked.header.count("Transfer-Encoding");
  if (lengths + codings > 1) return status::bad_request;
  if (codings == 1) return check_coding(asked);
  if (lengths == 0) return 0;
  const std::string_view value = *asked.header.get("Content-Length");
  return !value.empty() && value.find_first_not_of("0123456789") == value.npos ? 0 : status::bad_request;
}

}  // namespace

int check_framing(const head& asked) {
  if (const int wrong = check_host(asked); wrong != 0) return wrong;
  if (const int wrong = check_length(asked); wrong != 0) return wrong;
  if (asked.method == "CONNECT") return status::not_implemented;
  const auto expected = asked.header.get("Expect");
  if (expected && (asked.header.count("Expect") > 1 || !same_name(*expected, "100-continue"))) {
    return status::expectation_failed;
  }
  return 0;
}

int locate(const head& asked, location& into) {
  std::string_view target = asked.target;
  into = {};
  into.host = asked.header.get("Host").value_or("");
  if (target == "*") {
    into.path = target;
    into.raw = target;
    return asked.method == "OPTIONS" ? 0 : status::bad_request;
  }
  if (target.find('#') != target.npos) return status::bad_request;
  if (!target.starts_with('/')) {
    const std::size_t scheme = target.find("://");
    if (scheme == target.npos) return status::bad_request;
    const std::string_view name = target.substr(0, scheme);
    if (!same_name(name, "http") && !same_name(name, "https")) return status::bad_request;
    target.remove_prefix(scheme + 3);
    const std::size_t end = std::min(target.find_first_of("/?"), target.size());
    const std::string_view host = target.substr(0, end);
    if (host.empty() || !is_host(host) || (asked.header.contains("Host") && !same_name(host, into.host))) {
      return status::bad_request;
    }
    into.host = host;
    target.remove_prefix(end);
  }
  const std::size_t question = std::min(target.find('?'), target.size());
  into.raw = target.substr(0, question);
  if (question != target.size()) into.query = target.substr(question + 1);
  std::optional<std::string> path = decoded(into.raw.empty() ? std::string_view("/") : into.raw);
  if (!path) return status::bad_request;
  into.path = std::move(*path);
  return 0;
}

std::optional<std::string> decoded(std::string_view text, bool plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus) c = ' ';
    if (c == '%') {
      const int high = i + 2 < text.size() ? digit_of(text[i + 1]) : -1;
      const int low = high >= 0 ? digit_of(text[i + 2]) : -1;
      if (low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      if (c == '\0') return std::nullopt;
      i += 2;
    }
    out.push_back(c);
  }
  return out;
}

}  // namespace weft::http
