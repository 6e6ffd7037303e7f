// SPDX-License-Identifier: Apache-2.0
//
// PostgreSQL on goroutines: all of include/weft/pq/. Where to begin: pq/connection.hpp, and pq/pool.hpp for servers.
#pragma once

#include "weft/pq/connection.hpp"
#include "weft/pq/copy.hpp"
#include "weft/pq/error.hpp"
#include "weft/pq/parameter.hpp"
#include "weft/pq/pool.hpp"
#include "weft/pq/rows.hpp"
#include "weft/pq/statement.hpp"
#include "weft/pq/subscription.hpp"
#include "weft/pq/transaction.hpp"
