// SPDX-License-Identifier: Apache-2.0
//
// Libraries that are written for Boost.Asio's blocking streams, on goroutines: all of include/weft/asio/. Where to
// begin: asio/stream.hpp.
#pragma once

#include "weft/asio/error.hpp"
#include "weft/asio/executor.hpp"
#include "weft/asio/stream.hpp"
