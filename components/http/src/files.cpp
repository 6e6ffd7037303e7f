// SPDX-License-Identifier: Apache-2.0
//
// Which answer a request for a file gets: RFC 9110, sections 13 (conditions, in the order of 13.2.2) and 14 (ranges).
// How files are opened is in beneath.hpp.
#include "weft/http/files.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "beneath.hpp"
#include "date.hpp"
#include "exchange.hpp"
#include "weft/http/request.hpp"
#include "weft/http/response.hpp"

namespace weft::http {
namespace {

struct range {
  std::uint64_t first;
  std::uint64_t size;
};

/// Whether one of the tags in a list, such as W/"a", "b", is `tag`; `weak`: a weak one counts, too.
bool lists(std::string_view list, std::string_view tag, bool weak) {
  if (list == "*") return true;
  while (!list.empty()) {
    list.remove_prefix(std::min(list.find_first_not_of(" \t,"), list.size()));
    const bool is_weak = list.starts_with("W/");
    if (is_weak) list.remove_prefix(2);
    if (!list.starts_with('"')) return false;
    const std::size_t end = list.find('"', 1);
    if (end == list.npos) return false;
    if (list.substr(0, end + 1) == tag && (weak || !is_weak)) return true;
    list.remove_prefix(end + 1);
  }
  return false;
}

/// 304, 412, or 0: go on.
int conditions(const request& asked, const std::string& tag, std::time_t modified) {
  const fields& header = asked.header();
  const auto date_of = [&](std::string_view name) -> std::optional<std::time_t> {
    const auto value = header.get(name);
    return value ? date_in(*value) : std::nullopt;
  };
  if (const auto match = header.get("If-Match")) {
    if (!lists(*match, tag, false)) return status::precondition_failed;
  } else if (const auto unmodified = date_of("If-Unmodified-Since"); unmodified && modified > *unmodified) {
    return status::precondition_failed;
  }
  if (const auto none = header.get("If-None-Match")) return lists(*none, tag, true) ? status::not_modified : 0;
  const auto since = date_of("If-Modified-Since");
  return since && modified <= *since ? status::not_modified : 0;
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  if (text.empty() || text.find_first_not_of("0123456789") != text.npos) return std::nullopt;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
  // As many digits as do not fit are beyond every file.
  return wrong == std::errc::result_out_of_range ? ~std::uint64_t{0} : number;
}

/// The part of a file that "bytes=0-9" and its like mean: nothing if it means none that can be given alone, size 0 if
/// there is nothing there.
std::optional<range> range_in(std::string_view text, std::uint64_t size) {
  if (text.size() < 6 || !same_name(text.substr(0, 6), "bytes=")) return std::nullopt;
  text.remove_prefix(6);
  const std::size_t dash = text.find('-');
  if (dash == text.npos) return std::nullopt;
  const std::optional<std::uint64_t> from = number_in(text.substr(0, dash)), to = number_in(text.substr(dash + 1));
  if (!from) {
    if (dash != 0 || !to) return std::nullopt;
    const std::uint64_t n = std::min(*to, size);
    return range{size - n, n};
  }
  if (!to && dash + 1 != text.size()) return std::nullopt;
  if (to && *to < *from) return std::nullopt;
  if (*from >= size) return range{0, 0};
  return range{*from, std::min(to.value_or(size - 1), size - 1) - *from + 1};
}

/// A part is wanted only of the file that the client has seen (If-Range).
bool range_holds(const request& asked, const std::string& tag, std::time_t modified) {
  const auto condition = asked.header().get("If-Range");
  if (!condition) return true;
  if (condition->starts_with('"')) return *condition == tag;
  return date_in(*condition) == modified;
}

class file_handler {
 public:
  file_handler(std::string_view root, const file_options& options) : root_(std::string(root)), options_(options) {}

  void answer(request& asked, response& out) const {
    if (asked.method() != "GET" && asked.method() != "HEAD") {
      out.header().set("Allow", "GET, HEAD");
      return out.fail(status::method_not_allowed);
    }
    std::string path(path_of(asked));
    const bool slash = path.empty() || path.ends_with('/');
    if (path.ends_with('/')) path.pop_back();
    if (!beneath::is_plain(path)) return out.fail(status::not_found);
    result<found_file> found = root_.open(path);
    if (found && found->is_directory) {
      if (options_.index.empty()) return out.fail(status::not_found);
      if (!slash) return redirect(asked, out);
      path += (path.empty() ? "" : "/") + options_.index;
      found = root_.open(path);
    } else if (slash) {
      return out.fail(status::not_found);
    }
    if (!found || found->is_directory) return out.fail(status::not_found);
    send(asked, out, *found, path);
  }

 private:
  // What the last parameter of the route holds, or the path.
  static std::string_view path_of(request& asked) {
    const auto& parameters = asked.of().parameters;
    if (!parameters.empty()) return parameters.back().second;
    return asked.path().substr(asked.path().starts_with('/') ? 1 : 0);
  }

  // Within this host: "//x/" would be another one.
  static void redirect(const request& asked, response& out) {
    const std::string_view raw = asked.raw_path();
    std::string to = "/" + std::string(raw.substr(std::min(raw.find_first_not_of('/'), raw.size()))) + "/";
    if (!asked.query().empty()) to.append("?").append(asked.query());
    out.redirect(to, status::moved_permanently);
  }

  void send(const request& asked, response& out, found_file& file, std::string_view path) const {
    std::array<char, 64> text;
    std::snprintf(text.data(), text.size(), "\"%llx-%llx%08lx\"", static_cast<unsigned long long>(file.size),
                  static_cast<unsigned long long>(file.modified), static_cast<unsigned long>(file.nanoseconds));
    const std::string tag = text.data();
    fields& header = out.header();
    header.set("ETag", tag);
    header.set("Last-Modified", date_text(file.modified));
    header.set("Accept-Ranges", "bytes");
    if (!options_.cache_control.empty()) header.set("Cache-Control", options_.cache_control);
    if (const int other = conditions(asked, tag, file.modified); other == status::not_modified) {
      return out.status(other);
    } else if (other != 0) {
      return out.fail(other);
    }
    range part{0, file.size};
    const auto wanted = asked.header().get("Range");
    if (wanted && asked.method() == "GET" && range_holds(asked, tag, file.modified)) {
      if (const std::optional<range> one = range_in(*wanted, file.size)) {
        if (one->size == 0) {
          header.set("Content-Range", "bytes */" + std::to_string(file.size));
          return out.fail(status::range_not_satisfiable);
        }
        part = *one;
        out.status(status::partial_content);
        header.set("Content-Range", "bytes " + std::to_string(part.first) + "-" +
                                        std::to_string(part.first + part.size - 1) + "/" + std::to_string(file.size));
      }
    }
    header.set("Content-Type", media_type_of(path));
    header.set("X-Content-Type-Options", "nosniff");
    header.set("Content-Length", std::to_string(part.size));
    if (asked.method() == "GET") copy(out, file.opened, part);
  }

  // What cannot be sent to its end leaves the response shorter than its Content-Length: that ends the connection.
  static void copy(response& out, io::file& from, range part) {
    const std::size_t most = static_cast<std::size_t>(std::min<std::uint64_t>(part.size, outgoing::piece));
    const std::unique_ptr<std::byte[]> buffer(new std::byte[most]);
    while (part.size != 0) {
      const std::size_t now = static_cast<std::size_t>(std::min<std::uint64_t>(part.size, most));
      const result<std::size_t> got = from.read_at(part.first, std::span(buffer.get(), now));
      if (!got || *got == 0 || !out.write(std::span(buffer.get(), *got))) return;
      part.first += *got;
      part.size -= *got;
    }
  }

  beneath root_;
  file_options options_;
};

}  // namespace

handler files(std::string_view root, const file_options& options) {
  return [self = std::make_shared<const file_handler>(root, options)](request& asked, response& out) {
    self->answer(asked, out);
  };
}

}  // namespace weft::http
