// SPDX-License-Identifier: Apache-2.0
#include "weft/redis/error.hpp"

namespace weft::redis {

namespace {

struct known {
  errc code;
  const char* word;  // with which Redis begins such an error; null if it is ours
  const char* text;
};

constexpr known all_known[] = {
    {errc::refused, "ERR", "the server refuses the command"},
    {errc::wrong_type, "WRONGTYPE", "the key holds a value of another type"},
    {errc::no_auth, "NOAUTH", "a password is wanted"},
    {errc::wrong_password, "WRONGPASS", "wrong password, or no such user"},
    {errc::no_permission, "NOPERM", "this user may not do that"},
    {errc::no_script, "NOSCRIPT", "no such script"},
    {errc::read_only, "READONLY", "the server is read-only"},
    {errc::loading, "LOADING", "the server loads its data"},
    {errc::busy, "BUSY", "the server is busy with a script"},
    {errc::out_of_memory, "OOM", "the server is out of memory"},
    {errc::aborted, "EXECABORT", "the transaction was aborted"},
    {errc::moved, "MOVED", "another server has the key"},
    {errc::moved, "ASK", "another server has the key"},
    {errc::not_supported, nullptr, "not a command with one answer"},
    {errc::bad_reply, nullptr, "the reply is not Redis' protocol"},
    {errc::connection_lost, nullptr, "the connection is lost"},
};

class category final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "weft.redis"; }
  [[nodiscard]] std::string message(int value) const override {
    for (const known& each : all_known) {
      if (static_cast<int>(each.code) == value) return each.text;
    }
    return "unknown error";
  }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const category only;
  return only;
}

errc code_of(std::string_view line) noexcept {
  const std::string_view word = line.substr(0, line.find(' '));
  for (const known& each : all_known) {
    if (each.word != nullptr && word == each.word) return each.code;
  }
  return errc::refused;
}

std::string error_report::text() const {
  if (!code) return "no error";
  std::string all = server.empty() ? "" : server + ": ";
  all += message.empty() ? code.message() : message;
  if (!command.empty()) all += "; in: " + command;
  return all;
}

}  // namespace weft::redis
