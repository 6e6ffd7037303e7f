// SPDX-License-Identifier: Apache-2.0
//
// request and response as handlers see them: each asks the exchange. And reports of what went wrong in a handler.
#include "exchange.hpp"

#include <cstdio>
#include <stdexcept>

#include "weft/group.hpp"
#include "weft/http/error.hpp"
#include "weft/http/request.hpp"
#include "weft/http/response.hpp"

namespace weft::http {

std::string exchange::description() const {
  return in.asked().method + " " + std::string(in.where().raw) + " from " + peer.text();
}

void exchange::report(const std::string& what) const {
  try {
    const incident told{what, description()};
    if (common.options.on_error) return common.options.on_error(told);
    std::fprintf(stderr, "http: %s: %s\n", told.where.c_str(), told.what.c_str());
  } catch (const detail::goexit_signal&) {
    throw;
  } catch (...) {
    return;
  }
}

result<std::size_t> body_reader::read(std::span<std::byte> into) {
  const result<std::size_t> got = of_.in.read_body(into);
  if (of_.in.body_done()) of_.watch.body_was_read();
  if (!got && got.error().category() != error_category()) of_.watch.gone(got.error());
  return got;
}

std::string_view request::method() const noexcept { return of_.in.asked().method; }
std::string_view request::target() const noexcept { return of_.in.asked().target; }
std::string_view request::path() const noexcept { return of_.in.where().path; }
std::string_view request::raw_path() const noexcept { return of_.in.where().raw; }
std::string_view request::query() const noexcept { return of_.in.where().query; }

std::optional<std::string> request::query(std::string_view name) const {
  std::string_view rest = query();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view each = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t equals = std::min(each.find('='), each.size());
    if (decoded(each.substr(0, equals), true) != name) continue;
    return decoded(each.substr(std::min(equals + 1, each.size())), true);
  }
  return std::nullopt;
}

std::string_view request::parameter(std::string_view name) const noexcept {
  for (const auto& [known, value] : of_.parameters) {
    if (known == name) return value;
  }
  return {};
}

const fields& request::header() const noexcept { return of_.in.asked().header; }
std::string_view request::host() const noexcept { return of_.in.where().host; }
int request::version() const noexcept { return of_.in.asked().version; }
std::optional<std::uint64_t> request::content_length() const noexcept { return of_.in.asked().length; }
const net::endpoint& request::peer() const noexcept { return of_.peer; }
bool request::secure() const noexcept { return of_.stream->secure(); }
const context& request::ctx() { return of_.watch.ctx(); }
receiver<unit> request::stopping() const { return of_.common.stopping.done(); }

void response::status(int number) {
  if (number < 200 || number > 599)
    throw std::invalid_argument("http: not the status of a response: " + std::to_string(number));
  of_.out.set_status(number);
}
int response::status() const noexcept { return of_.out.status(); }
fields& response::header() noexcept { return of_.out.header(); }
result<std::size_t> response::write(std::span<const std::byte> from) { return of_.out.write(from); }
result<void> response::flush() { return of_.out.flush(); }
bool response::started() const noexcept { return of_.out.started(); }

void response::send(std::string_view body, std::string_view content_type) {
  if (started()) return;
  of_.out.drop_collected();
  if (!content_type.empty()) header().set("Content-Type", content_type);
  header().set("Content-Length", std::to_string(body.size()));
  add(body);
}

void response::add(std::string_view text) { static_cast<void>(write(std::as_bytes(std::span(text)))); }

void response::fail(int number) { fail(number, status::text_of(number)); }

void response::fail(int number, std::string_view text) {
  if (started()) return;
  of_.out.drop_collected();
  status(number);
  send(std::string(text) + "\n", "text/plain; charset=utf-8");
}

void response::redirect(std::string_view location, int number) {
  if (started()) return;
  header().set("Location", location);
  fail(number);
}

}  // namespace weft::http
