// SPDX-License-Identifier: Apache-2.0
#include "weft/failure.hpp"

#include "weft/detail/panic.hpp"

namespace weft {

void failure::rethrow() const {
  if (exception_) std::rethrow_exception(exception_);
  if (!code_) detail::panic("weft: rethrow of no failure");
  throw std::system_error(code_);
}

std::string failure::message() const {
  if (!exception_) return code_ ? code_.message() : std::string();
  try {
    std::rethrow_exception(exception_);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

}  // namespace weft
