// SPDX-License-Identifier: Apache-2.0
//
// An executor for those who ask a stream for one and never use it.
//
// Some of Asio's and Beast's classes keep a timer beside a stream, for their asynchronous operations, and take its
// executor from there. On goroutines these operations have no use, and nobody runs this executor's context: what is
// handed to it waits for ever, without a report. There is one in a process; it lives as long as the process, and takes
// up to three descriptors when the first timer is made.
#pragma once

#include <boost/asio/io_context.hpp>

namespace weft::asio {

using executor = boost::asio::io_context::executor_type;

/// The same one every time. From any thread.
[[nodiscard]] executor idle_executor();

}  // namespace weft::asio
