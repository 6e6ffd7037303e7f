// SPDX-License-Identifier: Apache-2.0
//
// The life of one connection: requests, one after another, each answered by the handler.
#pragma once

#include <memory>

#include "shared.hpp"
#include "weft/http/transport.hpp"

namespace weft::http {

/// Returns when the connection is closed. On a goroutine of its own.
void run_session(const shared& common, std::unique_ptr<transport> connection);

/// Answers 503 and closes: there are too many connections.
void turn_away(const shared& common, std::unique_ptr<transport> connection);

}  // namespace weft::http
