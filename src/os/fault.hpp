// SPDX-License-Identifier: Apache-2.0
//
// Failures on demand, for tests: the calls by which weft asks the system for threads and memory can be made to fail.
//
// The environment variable WEFT_FAULT names which and when: WEFT_FAULT=thread:3 lets three threads start and then no
// more; WEFT_FAULT=stack:0,thread:1 combines. Asked on slow paths only, before the system is.
#pragma once

namespace weft::detail {

enum class fault { thread, stack };

/// True if this request is to fail.
[[nodiscard]] bool fault_due(fault what) noexcept;

/// Sets what a text like that of WEFT_FAULT asks for; what it does not name does not fail.
void set_faults(const char* setting) noexcept;

/// The same for one of them: `successes` requests succeed, then all fail. Negative: none fails.
void set_fault(fault what, int successes) noexcept;

}  // namespace weft::detail
