// SPDX-License-Identifier: Apache-2.0
//
// Where goroutines are, where they wait, for which locks, and where the processor's time goes: as files that
// `go tool pprof` opens.
//
//     weft::profile::block_rate(std::chrono::microseconds(10));
//     serve(requests);
//     weft::profile::save_blocks("blocks.pb");         // then: go tool pprof -top blocks.pb
//
// Stacks are those that reports show (frame pointers). Each carries, as tags, the goroutine's label ("label") and where
// it was started ("started"). What is collected is kept until the end of the process: 4096 different stacks for each
// profile; what finds no room is left out.
//
// Engines: both; the processor's time under sim is that of the one thread. Any thread may call, at any time. Files are
// overwritten. Errors: of creating and writing the file, ENOMEM.
#pragma once

#include <chrono>
#include <string>

#include "weft/result.hpp"

namespace weft::profile {

/// All goroutines, alike ones counted. One that runs on another thread has no stack.
[[nodiscard]] result<void> save_goroutines(const std::string& file);

/// From now on waits of goroutines, for whatever, are sampled: on the average one for each `rate` of waiting, so that a
/// wait as long as that is noted always; 1 ns: all of them. 0: none, as at first. As Go's SetBlockProfileRate.
void block_rate(std::chrono::nanoseconds rate) noexcept;
[[nodiscard]] result<void> save_blocks(const std::string& file);

/// From now on one in `n` of the waits for a mutex or shared_mutex is noted when it ends, with the stack of the
/// goroutine that unlocks and how long the other had waited; the numbers are scaled up by n. 0: none, as at first. As
/// Go's SetMutexProfileFraction.
void mutex_fraction(int n) noexcept;
[[nodiscard]] result<void> save_mutexes(const std::string& file);

/// From now on each thread is interrupted `hz` times (1 to 1000) in a second of its processor time, by SIGPROF, and
/// where it is noted. Threads count that exist now, and workers that are started meanwhile. Forgets what was noted
/// before. The handler of SIGPROF is weft's from then on. Errors: EBUSY if it is on already, EINVAL, those of
/// timer_create.
[[nodiscard]] result<void> start_cpu(int hz = 100);
/// Ends it, if it is on.
[[nodiscard]] result<void> stop_cpu(const std::string& file);

}  // namespace weft::profile
