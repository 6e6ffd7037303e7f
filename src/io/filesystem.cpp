// SPDX-License-Identifier: Apache-2.0
#include "weft/io/filesystem.hpp"

#include <fcntl.h>

#include <algorithm>
#include <utility>

#include "io/file_core.hpp"
#include "io/paths.hpp"
#include "os/files.hpp"
#include "weft/blocking.hpp"
#include "weft/io/copy.hpp"
#include "weft/io/stream.hpp"

namespace weft::io {

using detail::uring_code;
using detail::uring_request;
using detail::wait_limit;

namespace {

result<void> ask_about(uring_code code, std::string& path, std::uint32_t permissions, std::uint32_t flags,
                       const wait_limit& limit) {
  uring_request request;
  request.code = code;
  request.address = path.data();
  request.length = permissions;
  request.flags = flags;
  const result<std::int64_t> done = ask(request, limit);
  if (!done) return done.error();
  return {};
}

}  // namespace

result<file_status> status(const wait_limit& limit, std::string_view path, links link) {
  result<std::string> name = system_path(path);
  if (!name) return name.error();
  return status_of(limit, AT_FDCWD, *name, link == links::followed ? 0 : AT_SYMLINK_NOFOLLOW);
}

result<void> rename(const wait_limit& limit, std::string_view from, std::string_view to) {
  result<std::string> name = system_path(from);
  if (!name) return name.error();
  result<std::string> target = system_path(to);
  if (!target) return target.error();
  uring_request request;
  request.code = uring_code::rename;
  request.address = name->data();
  request.other = target->data();
  const result<std::int64_t> done = ask(request, limit);
  if (!done) return done.error();
  return {};
}

// A directory is told from a file by the error: Linux says EISDIR, POSIX would say EPERM.
result<void> remove(const wait_limit& limit, std::string_view path) {
  result<std::string> name = system_path(path);
  if (!name) return name.error();
  const result<void> as_file = ask_about(uring_code::remove, *name, 0, 0, limit);
  if (as_file.error() != std::errc::is_a_directory && as_file.error() != std::errc::operation_not_permitted) {
    return as_file;
  }
  const result<void> as_directory = ask_about(uring_code::remove, *name, 0, AT_REMOVEDIR, limit);
  return as_directory.error() == std::errc::not_a_directory ? as_file : as_directory;
}

result<void> make_directory(const wait_limit& limit, std::string_view path, std::uint32_t permissions) {
  result<std::string> name = system_path(path);
  if (!name) return name.error();
  return ask_about(uring_code::make_directory, *name, permissions & 07777, 0, limit);
}

result<std::vector<directory_entry>> list_directory(const wait_limit& limit, std::string_view path) {
  result<std::string> name = system_path(path);
  if (!name) return name.error();
  if (limit.called_off()) return detail::error_of(detail::wait_end::cancelled, limit);
  std::vector<detail::directory_item> items;
  const int error = blocking([&] { return detail::list_items(name->c_str(), items); });
  if (error != 0) return error_from(error);
  std::vector<directory_entry> entries;
  entries.reserve(items.size());
  for (detail::directory_item& item : items) entries.push_back({std::move(item.name), type_of(item.kind)});
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return entries;
}

result<std::string> read_file(const wait_limit& limit, std::string_view path, std::size_t most) {
  result<file> from = open(limit, path, open_mode::read);
  if (!from) return from.error();
  return read_all(bound(limit, *from), most);
}

result<void> write_file(const wait_limit& limit, std::string_view path, std::string_view text,
                        std::uint32_t permissions) {
  result<file> to = open(limit, path, open_mode::write | open_mode::create | open_mode::truncate, permissions);
  if (!to) return to.error();
  if (const result<std::size_t> put = to->write(limit, bytes_of(text)); !put) return put.error();
  return to->close();
}

}  // namespace weft::io
