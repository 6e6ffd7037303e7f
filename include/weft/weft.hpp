// SPDX-License-Identifier: Apache-2.0
//
// All of weft.
#pragma once

#include "weft/blocking.hpp"
#include "weft/chan.hpp"
#include "weft/clock.hpp"
#include "weft/coroutine.hpp"
#include "weft/error.hpp"
#include "weft/go.hpp"
#include "weft/mutex.hpp"
#include "weft/notify_context.hpp"
#include "weft/once.hpp"
#include "weft/once_value.hpp"
#include "weft/pool.hpp"
#include "weft/run.hpp"
#include "weft/runtime.hpp"
#include "weft/select.hpp"
#include "weft/selector.hpp"
#include "weft/signals.hpp"
#include "weft/singleflight.hpp"
#include "weft/stack.hpp"
#include "weft/task.hpp"
#include "weft/time.hpp"
#include "weft/unit.hpp"
#include "weft/wait_group.hpp"
