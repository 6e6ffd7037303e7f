// SPDX-License-Identifier: Apache-2.0
//
// The texts are Go's (context.Canceled, context.DeadlineExceeded, net.ErrClosed).
#include "weft/error.hpp"

#include <string>

namespace weft {

namespace {

class category final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "weft"; }

  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<errc>(code)) {
      case errc::cancelled:
        return "context canceled";
      case errc::timed_out:
        return "context deadline exceeded";
      case errc::closed:
        return "use of closed network connection or file";
    }
    return "unknown error " + std::to_string(code);
  }

  [[nodiscard]] std::error_condition default_error_condition(int code) const noexcept override {
    switch (static_cast<errc>(code)) {
      case errc::cancelled:
        return std::errc::operation_canceled;
      case errc::timed_out:
        return std::errc::timed_out;
      case errc::closed:
        return std::errc::bad_file_descriptor;
    }
    return {code, *this};
  }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const category the_one;
  return the_one;
}

}  // namespace weft
