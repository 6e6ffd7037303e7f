// SPDX-License-Identifier: Apache-2.0
//
// Memory that another process can find and map.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::detail {

/// `bytes` of zeroes in a memfd of that name, which stays open: others find it among this process's descriptors. Where
/// there can be none, private memory; null if there is none either. Errno is kept.
[[nodiscard]] void* map_shared(const char* name, std::size_t bytes) noexcept;

/// The name of the process, at most `size` bytes with the final zero.
void copy_process_name(char* out, std::size_t size) noexcept;

[[nodiscard]] std::uint64_t process_id() noexcept;

}  // namespace weft::detail
