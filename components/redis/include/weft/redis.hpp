// SPDX-License-Identifier: Apache-2.0
//
// Redis on goroutines: all of include/weft/redis/. Where to begin: redis/connection.hpp, and redis/pool.hpp for
// servers.
#pragma once

#include "weft/redis/batch.hpp"
#include "weft/redis/connection.hpp"
#include "weft/redis/error.hpp"
#include "weft/redis/pool.hpp"
#include "weft/redis/reply.hpp"
#include "weft/redis/subscription.hpp"
