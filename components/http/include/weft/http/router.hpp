// SPDX-License-Identifier: Apache-2.0
//
// Chooses a handler by method and path.
//
//     weft::http::router routes;
//     routes.on("GET", "/", home);
//     routes.on("GET", "/users/{id}", show_user);            // asked.parameter("id")
//     routes.on("PUT", "/users/{id}", save_user);
//     routes.on("GET", "/files/{path...}", weft::http::files("/srv/www"));
//     routes.any("/echo", echo);                             // every method
//
// A pattern is a path in which a segment may be {name}, which matches any one segment that is not empty, and the last
// {name...}, which matches the rest, also if that is empty. Of several patterns that match, the one that is literal
// where the other is not, at the first segment where they differ, is taken: a segment before a parameter, a parameter
// before the rest. Segments are told apart before they are decoded: in /users/a%2Fb the id is "a/b".
//
// No pattern matches: 404. One does, but not with this method: 405 with Allow, and 204 with Allow for OPTIONS. HEAD
// takes the handler of GET, without the body (H3). If a pattern lacks the method, less literal ones are not tried.
//
// A pattern that is no pattern, or that was given before with the same method, throws std::invalid_argument. Routes are
// made before the server starts; from then on a router is only read, and anybody may call it. Copies share nothing.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/http/handler.hpp"

namespace weft::http {

class router {
 public:
  router();
  router(const router& other);
  router(router&& other) noexcept;
  router& operator=(router other) noexcept;
  ~router();

  void on(std::string_view method, std::string_view pattern, handler answers);
  /// Every method that has no handler of its own there.
  void any(std::string_view pattern, handler answers);
  /// Instead of the plain 404.
  void otherwise(handler answers);

  /// Itself a handler.
  void operator()(request& asked, response& answer) const;

 private:
  struct node;
  using found = std::vector<std::pair<std::string_view, std::string>>;

  node& place_of(std::string_view pattern);
  [[nodiscard]] static const node* find(const node& from, const std::vector<std::string>& segments, std::size_t index,
                                        found& parameters);

  std::unique_ptr<node> root_;
  handler otherwise_;
};

}  // namespace weft::http
