// SPDX-License-Identifier: Apache-2.0
//
// The context is made at first use and never destroyed: a goroutine that outlives main's run may still hold a stream
// with a timer in it when static objects go.
#include "weft/asio/executor.hpp"

namespace weft::asio {

executor idle_executor() {
  static boost::asio::io_context& context = *new boost::asio::io_context(1);
  return context.get_executor();
}

}  // namespace weft::asio
