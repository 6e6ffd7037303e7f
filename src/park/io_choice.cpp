// SPDX-License-Identifier: Apache-2.0
#include "park/io_choice.hpp"

#include <cstdlib>
#include <string_view>

#include "weft/detail/panic.hpp"

namespace weft::detail {
namespace {

io_choice read_choice() {
  const char* const text = std::getenv("WEFT_IO");
  const std::string_view wanted = text == nullptr || *text == '\0' ? "auto" : text;
  if (wanted != "auto" && wanted != "uring" && wanted != "epoll") {
    fatalf("WEFT_IO=%s: it must be epoll, uring or auto, or not be set", text);
  }
  return {wanted != "epoll", wanted == "uring"};
}

}  // namespace

const io_choice& chosen_io() {
  static const io_choice once = read_choice();
  return once;
}

}  // namespace weft::detail
