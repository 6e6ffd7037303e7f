// SPDX-License-Identifier: Apache-2.0
//
// A lookup that a run leaves behind never lands, and keeps its place among the 64: so each lookup belongs to those that
// were begun since a goroutine was last given up (park/abandon.hpp), and shares nothing with those before.
//
// A foreign thread looks up for itself: the run whose goroutine would do it for both may end meanwhile, or not have
// begun.
#include "weft/net/resolve.hpp"

#include <memory>
#include <string>

#include "net/host_port.hpp"
#include "os/names.hpp"
#include "park/abandon.hpp"
#include "weft/blocking.hpp"
#include "weft/detail/park.hpp"
#include "weft/net/error.hpp"
#include "weft/semaphore.hpp"
#include "weft/singleflight.hpp"

namespace weft::net {

using namespace detail;

namespace {

constexpr std::int64_t most_at_once = 64;

struct answer {
  std::vector<endpoint> found;
  std::error_code error;
};

struct lookups {
  const std::uint64_t since = abandoned_so_far();
  semaphore places{most_at_once};
  singleflight<std::string, answer> flights;
};

/// Those of now.
std::shared_ptr<lookups> current_lookups() {
  static auto* const guard = new word_lock;  // never destroyed, like the next
  static auto* const kept = new std::shared_ptr<lookups>;
  guard->lock();
  std::shared_ptr<lookups> now = *kept;
  guard->unlock();
  if (now != nullptr && now->since == abandoned_so_far()) return now;
  auto fresh = std::make_shared<lookups>();
  guard->lock();
  if (*kept == now) {  // else somebody else has begun anew
    kept->swap(now);
    *kept = fresh;
  }
  std::shared_ptr<lookups> chosen = *kept;
  guard->unlock();
  return chosen;
}

std::error_code error_of_lookup(int code, int system) {
  if (means_system_error(code)) return {system, std::system_category()};
  if (means_not_found(code)) return errc::host_not_found;
  return {code, lookup_category()};
}

answer ask_system(const std::string& host, const std::string& service) {
  std::vector<socket_name> names;
  int system = 0;
  const int code = blocking([&] { return look_up(host.c_str(), service.c_str(), names, system); });
  answer result;
  if (code != 0) result.error = error_of_lookup(code, system);
  for (const socket_name& each : names) result.found.push_back(endpoint::from_system(each));
  return result;
}

}  // namespace

result<std::vector<endpoint>> resolve(const wait_limit& limit, std::string_view host, std::string_view service) {
  if (limit.called_off()) return error_of(wait_end::cancelled, limit);
  const result<std::uint16_t> port = service.empty() ? result<std::uint16_t>(std::uint16_t{0}) : parse_port(service);
  if (port) {
    if (const result<address> literal = address::parse(host)) return std::vector<endpoint>{{*literal, *port}};
  }
  if (host.find('\0') != std::string_view::npos || service.find('\0') != std::string_view::npos) {
    return errc::host_not_found;
  }
  // The system's lookup would cut a number that is too large, and skip a space.
  if (!port && std::string_view("0123456789+- \t").find(service.front()) != std::string_view::npos) return port.error();
  const std::string host_name(host);
  const std::string service_name(service);
  if (current() == nullptr) {
    answer own = ask_system(host_name, service_name);
    if (own.error) return own.error;
    return std::move(own.found);
  }
  const std::shared_ptr<lookups> all = current_lookups();
  const std::string key = host_name + '\0' + service_name;
  const auto ask = [all, host_name, service_name] {
    const semaphore::permit place = all->places.hold();
    return ask_system(host_name, service_name);
  };
  auto landed = all->flights.do_(limit, key, ask);
  if (!landed) return landed.error();
  if (landed->value.error) return landed->value.error;
  return std::move(landed->value.found);
}

}  // namespace weft::net
