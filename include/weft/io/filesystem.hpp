// SPDX-License-Identifier: Apache-2.0
//
// Files by their names: what they are, and making, renaming, listing and removing them. What is said in
// weft/io/file.hpp of backends, limits and errors holds here.
//
//     weft::result<std::string> text = weft::io::read_file("settings.json", 1 << 20);
//     if (text.error() == std::errc::no_such_file_or_directory) ...
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "weft/detail/bounded.hpp"
#include "weft/io/file.hpp"
#include "weft/result.hpp"

namespace weft::io {

/// Whether a link that is the last part of a path stands for what it names, or for itself.
enum class links : std::uint8_t { followed, themselves };

/// What is at the path (FS7.1).
[[nodiscard]] result<file_status> status(const detail::wait_limit& limit, std::string_view path,
                                         links link = links::followed);
[[nodiscard]] inline result<file_status> status(std::string_view path, links link = links::followed) {
  return status(detail::wait_limit{}, path, link);
}

/// Gives it another name, and replaces at once what had that name (FS7.2).
result<void> rename(const detail::wait_limit& limit, std::string_view from, std::string_view to);
inline result<void> rename(std::string_view from, std::string_view to) {
  return rename(detail::wait_limit{}, from, to);
}

/// Removes a file, a link, or an empty directory (FS7.3).
result<void> remove(const detail::wait_limit& limit, std::string_view path);
inline result<void> remove(std::string_view path) { return remove(detail::wait_limit{}, path); }

/// Makes a directory; std::errc::file_exists if there is something of that name (FS7.4).
result<void> make_directory(const detail::wait_limit& limit, std::string_view path, std::uint32_t permissions = 0777);
inline result<void> make_directory(std::string_view path, std::uint32_t permissions = 0777) {
  return make_directory(detail::wait_limit{}, path, permissions);
}

struct directory_entry {
  std::string name;
  file_type type = file_type::unknown;  // unknown: the file system does not say so here; status() does
};

/// What is in a directory, by name, without "." and ".." (FS7.5). io_uring has no such operation, so this is a blocking
/// call with both backends.
[[nodiscard]] result<std::vector<directory_entry>> list_directory(const detail::wait_limit& limit,
                                                                  std::string_view path);
[[nodiscard]] inline result<std::vector<directory_entry>> list_directory(std::string_view path) {
  return list_directory(detail::wait_limit{}, path);
}

/// The whole file; errc::too_long if it has more than `most` bytes (FS8.1).
[[nodiscard]] result<std::string> read_file(const detail::wait_limit& limit, std::string_view path,
                                            std::size_t most = std::numeric_limits<std::size_t>::max());
[[nodiscard]] inline result<std::string> read_file(std::string_view path,
                                                   std::size_t most = std::numeric_limits<std::size_t>::max()) {
  return read_file(detail::wait_limit{}, path, most);
}

/// Makes the text the content of the file, which is created if need be (FS8.2). Who reads meanwhile may see a part of
/// it; to replace a file at once, write another and rename it.
result<void> write_file(const detail::wait_limit& limit, std::string_view path, std::string_view text,
                        std::uint32_t permissions = 0666);
inline result<void> write_file(std::string_view path, std::string_view text, std::uint32_t permissions = 0666) {
  return write_file(detail::wait_limit{}, path, text, permissions);
}

}  // namespace weft::io
