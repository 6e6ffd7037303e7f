// SPDX-License-Identifier: Apache-2.0
#include "weft/redis/connection.hpp"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <new>
#include <utility>

#include "weft/net/dial.hpp"
#include "weft/net/unix.hpp"
#include "wire.hpp"

namespace weft::redis {

namespace {

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> words) noexcept {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return std::equal(name.begin(), name.end(), word.begin(), word.end(),
                      [&](char a, char b) { return upper(a) == b; });
  });
}

/// Redis repeats the arguments of a command that it does not know. They are the caller's, perhaps a password.
std::string without_arguments(const std::string& line) { return line.substr(0, line.find(", with args beginning")); }

/// The text with stars in place of what must not be shown.
std::string hiding(const std::string& secret, std::string text) {
  for (std::size_t at = 0; !secret.empty() && (at = text.find(secret, at)) != text.npos; at += 3) {
    text.replace(at, secret.size(), "***");
  }
  return text;
}

}  // namespace

// ---- commands ------------------------------------------------------------------------------------------------------

void batch::add_all(std::span<const argument> words) {
  if (words.empty()) return;
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const argument& each : words) {
    texts.push_back(each.text().data());
    sizes.push_back(each.text().size());
  }
  char* written = nullptr;
  const int size = redisFormatCommandArgv(&written, static_cast<int>(texts.size()), texts.data(), sizes.data());
  if (size < 0) throw std::bad_alloc();
  bytes_.append(written, static_cast<std::size_t>(size));
  redisFreeCommand(written);
  look_at(words);
  if (size_++ == 0) first_ = words.front().text();
}

void batch::look_at(std::span<const argument> words) {
  const std::string_view name = words.front().text();
  const std::string_view second = words.size() > 1 ? words[1].text() : std::string_view();
  if (is_one_of(name, {"SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE",
                       "MONITOR", "SYNC", "PSYNC"})) {
    refusal_ = std::string(name) + " has not exactly one answer";
  }
  if (is_one_of(name, {"CLIENT"}) && is_one_of(second, {"REPLY"})) refusal_ = "CLIENT REPLY takes answers away";
  if (is_one_of(name, {"HELLO"}) && words.size() > 1 && second != "2") refusal_ = "only the protocol 2 is spoken here";
  if (is_one_of(name, {"MULTI"})) marks_.push_back({size_, step::multi});
  if (is_one_of(name, {"WATCH"})) marks_.push_back({size_, step::watch});
  if (is_one_of(name, {"UNWATCH"})) marks_.push_back({size_, step::unwatch});
  if (is_one_of(name, {"EXEC", "DISCARD", "RESET"})) marks_.push_back({size_, step::end});
  if (is_one_of(name, {"SELECT", "AUTH", "HELLO", "CLIENT", "RESET", "READONLY", "READWRITE"})) alters_ = true;
  if (is_one_of(name, {"SCRIPT"}) && is_one_of(second, {"DEBUG"})) alters_ = true;
}

/// The replies that then come are as many as the commands.
std::error_code connection::send(const detail::wait_limit& limit, const batch& commands) {
  if (wire_ == nullptr || wire_->closed()) return weft::errc::closed;
  wire_->begin(commands.first_);
  if (limit.called_off()) return wire_->fail(limit.by->reason(), "before it was sent");
  if (!commands.refusal_.empty()) return wire_->fail(errc::not_supported, commands.refusal_);
  altered_ = altered_ || commands.alters_;
  return wire_->write(limit, commands.bytes_);
}

/// What Redis refuses, or only puts into the queue of a transaction, has changed nothing.
void connection::take_step(batch::step what, const reply& answer) {
  const bool done = !answer.is_error() && answer.text() != "QUEUED";
  switch (what) {
    case batch::step::multi:
      in_multi_ = in_multi_ || done;
      break;
    case batch::step::watch:
      watches_ = watches_ || done;
      break;
    case batch::step::unwatch:
      watches_ = watches_ && !done;
      break;
    case batch::step::end:
      if (done || code_of(answer.text()) == errc::aborted) in_multi_ = watches_ = false;
      break;
  }
}

result<std::vector<reply>> connection::run(const detail::wait_limit& limit, const batch& commands) {
  if (const std::error_code error = send(limit, commands)) return error;
  std::vector<reply> replies;
  replies.reserve(commands.size());
  while (replies.size() < commands.size()) {
    result<reply> next = wire_->read(limit);
    if (!next) return next.error();
    replies.push_back(std::move(*next));
  }
  for (const batch::mark& each : commands.marks_) take_step(each.what, replies[each.at]);
  return replies;
}

result<reply> connection::run_one(const detail::wait_limit& limit, const batch& one) {
  if (const std::error_code error = send(limit, one)) return error;
  result<reply> answer = wire_->read(limit);
  if (!answer) return answer;
  for (const batch::mark& each : one.marks_) take_step(each.what, *answer);
  if (answer->is_error()) return wire_->fail(code_of(answer->text()), without_arguments(answer->text()));
  return answer;
}

// ---- life ----------------------------------------------------------------------------------------------------------

connection::connection() noexcept = default;
connection::connection(connection&&) noexcept = default;
connection& connection::operator=(connection&&) noexcept = default;
connection::~connection() = default;
connection::connection(std::unique_ptr<detail::wire> wire) noexcept : wire_(std::move(wire)) {}

result<connection> connect(const detail::wait_limit& limit, const connect_options& to, error_report* why) {
  const std::string where = to.path.empty() ? to.host + ':' + to.port : to.path;
  error_report report;
  const auto failed = [&](std::error_code error) {
    if (why != nullptr) *why = report;
    return error;
  };
  net::stream stream;
  std::vector<net::dial_failure> failures;
  std::error_code error;
  if (to.path.empty()) {
    auto made = net::dial(limit, to.host, to.port, {.failures = &failures});
    error = made.error();
    if (made) stream = std::move(*made);
  } else {
    auto made = net::connect_unix(limit, to.path);
    error = made.error();
    if (made) stream = std::move(*made);
  }
  if (error) {
    report = {error, failures.empty() ? error.message() : net::describe(failures), "", where};
    return failed(error);
  }
  connection made(std::make_unique<detail::wire>(std::move(stream), where));
  if (!to.password.empty() || !to.user.empty()) {
    error =
        (to.user.empty() ? made.command(limit, "auth", to.password) : made.command(limit, "auth", to.user, to.password))
            .error();
  }
  if (!error && to.database != 0) error = made.command(limit, "select", to.database).error();
  if (error) {
    report = made.last_error();
    report.message = hiding(to.password, std::move(report.message));
    return failed(error);
  }
  made.altered_ = false;
  return made;
}

bool connection::is_open() noexcept { return wire_ != nullptr && !wire_->closed() && wire_->silent(); }

bool connection::is_idle() noexcept { return !in_multi_ && !watches_ && !altered_ && is_open(); }

void connection::close() noexcept { wire_.reset(); }

const error_report& connection::last_error() const noexcept {
  static const error_report none;
  return wire_ == nullptr ? none : wire_->last_error();
}

const std::string& connection::server() const noexcept {
  static const std::string nowhere;
  return wire_ == nullptr ? nowhere : wire_->server();
}

}  // namespace weft::redis
