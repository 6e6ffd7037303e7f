// SPDX-License-Identifier: Apache-2.0
#include "weft/io/error.hpp"

#include <string>

namespace weft::io {

namespace {

class category final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "weft.io"; }

  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<errc>(code)) {
      case errc::unexpected_end:
        return "unexpected end of the input";
      case errc::too_long:
        return "longer than the limit";
      case errc::no_progress:
        return "a reader or writer claims to have done more than it was given";
    }
    return "unknown error " + std::to_string(code);
  }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const category the_one;
  return the_one;
}

}  // namespace weft::io
