// SPDX-License-Identifier: Apache-2.0
#include "park/parallelism.hpp"

#include <algorithm>
#include <cstdlib>

#include "os/cpu.hpp"
#include "weft/detail/panic.hpp"

namespace weft::detail {

std::uint32_t parallelism(int asked) {
  if (asked < 0 || asked > static_cast<int>(most_tokens)) {
    panicf("run_options.workers is %d; it must be between 1 and %u, or 0 for the default", asked, most_tokens);
  }
  if (asked > 0) return static_cast<std::uint32_t>(asked);
  const char* text = std::getenv("GOMAXPROCS");
  if (text == nullptr || *text == '\0') {
    return std::min(static_cast<std::uint32_t>(default_parallelism()), most_tokens);
  }
  char* end = nullptr;
  const long n = std::strtol(text, &end, 10);
  if (*end != '\0' || n < 1 || n > static_cast<long>(most_tokens)) {
    fatalf("GOMAXPROCS=%s: it must be a number between 1 and %u, or not be set", text, most_tokens);
  }
  return static_cast<std::uint32_t>(n);
}

}  // namespace weft::detail
