// SPDX-License-Identifier: Apache-2.0
//
// The files of a directory.
//
//     routes.on("GET", "/{path...}", weft::http::files("/srv/www"));
//
// A handler for GET and HEAD. It serves the file below the root that the route's last parameter {...} names, or without
// a route the request's path; of a directory its index.html, after a redirect to the path with a slash at its end.
//
// Nothing outside the root is served: no "..", no path that leaves the root by a symbolic link (the kernel is asked to
// stay beneath: openat2; where it cannot, no symbolic link is followed at all), nothing but regular files (H5). What is
// not there or must not be read is 404: the difference is nobody's business.
//
// Sent are Content-Type by the name's ending, Last-Modified, ETag (size and time of change) and Accept-Ranges.
// If-None-Match and If-Modified-Since are answered with 304, If-Match and If-Unmodified-Since with 412, a single Range
// with 206 or 416; a list of ranges gets the whole file, as everybody may. A file that shrinks while it is sent ends
// the connection.
#pragma once

#include <string>
#include <string_view>

#include "weft/http/handler.hpp"

namespace weft::http {

struct file_options {
  std::string index = "index.html";  // of a directory; empty: none, and directories are 404
  std::string cache_control;         // sent as it is, if not empty
};

/// The directory is opened now: std::system_error if that fails.
[[nodiscard]] handler files(std::string_view root, const file_options& options = {});

/// "text/html; charset=utf-8" of "a.html", and so on; application/octet-stream of what is not known.
[[nodiscard]] std::string_view media_type_of(std::string_view name) noexcept;

}  // namespace weft::http
