// SPDX-License-Identifier: Apache-2.0
//
// Types of files by the endings of their names: those that the web is made of.
#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "weft/http/fields.hpp"
#include "weft/http/files.hpp"

namespace weft::http {

std::string_view media_type_of(std::string_view name) noexcept {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 40> types{{
      {"html", "text/html; charset=utf-8"},
      {"htm", "text/html; charset=utf-8"},
      {"css", "text/css; charset=utf-8"},
      {"js", "text/javascript; charset=utf-8"},
      {"mjs", "text/javascript; charset=utf-8"},
      {"json", "application/json"},
      {"map", "application/json"},
      {"txt", "text/plain; charset=utf-8"},
      {"md", "text/markdown; charset=utf-8"},
      {"csv", "text/csv; charset=utf-8"},
      {"xml", "text/xml; charset=utf-8"},
      {"svg", "image/svg+xml"},
      {"png", "image/png"},
      {"jpg", "image/jpeg"},
      {"jpeg", "image/jpeg"},
      {"gif", "image/gif"},
      {"webp", "image/webp"},
      {"avif", "image/avif"},
      {"ico", "image/x-icon"},
      {"bmp", "image/bmp"},
      {"woff", "font/woff"},
      {"woff2", "font/woff2"},
      {"ttf", "font/ttf"},
      {"otf", "font/otf"},
      {"pdf", "application/pdf"},
      {"zip", "application/zip"},
      {"gz", "application/gzip"},
      {"tar", "application/x-tar"},
      {"wasm", "application/wasm"},
      {"webmanifest", "application/manifest+json"},
      {"mp3", "audio/mpeg"},
      {"ogg", "audio/ogg"},
      {"wav", "audio/wav"},
      {"flac", "audio/flac"},
      {"mp4", "video/mp4"},
      {"webm", "video/webm"},
      {"mov", "video/quicktime"},
      {"rss", "application/rss+xml"},
      {"atom", "application/atom+xml"},
      {"log", "text/plain; charset=utf-8"},
  }};
  const std::size_t dot = name.find_last_of("./");
  if (dot != name.npos && name[dot] == '.') {
    const std::string_view ending = name.substr(dot + 1);
    for (const auto& [known, type] : types) {
      if (same_name(known, ending)) return type;
    }
  }
  return "application/octet-stream";
}

}  // namespace weft::http
