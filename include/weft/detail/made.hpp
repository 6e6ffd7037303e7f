// SPDX-License-Identifier: Apache-2.0
// floor 2
//
// Where an object was made, for reports: kept beside it, by its address, and only if WEFT_DIAG asks for that (`sites`;
// src/park/made.cpp). Constructors call made(); if nobody asks, that is a load and a branch. Statics that are
// initialised before main by constants are not noted: an address says which they are.
//
// `notes_wanted` is written once, before main; objects that are made by then are not noted.
#pragma once

#include <cstdint>
#include <type_traits>

#include "weft/detail/site.hpp"

namespace weft::detail {

#ifdef WEFT_MODEL

constexpr void made(const void*, site) noexcept {}
inline constexpr bool locks_are_noted() noexcept { return false; }

#else

enum note : std::uint8_t { note_sites = 1, note_locks = 2, note_attempts = 4 };

extern const std::uint8_t notes_wanted;

void note_made(const void* object, site where) noexcept;

/// For constructors: the object is made here.
constexpr void made(const void* object, site where) noexcept {
  if (!std::is_constant_evaluated() && (notes_wanted & note_sites) != 0) [[unlikely]]
    note_made(object, where);
}

/// Whether it is written down who holds what (WEFT_DIAG=locks; held_locks.hpp).
inline bool locks_are_noted() noexcept { return (notes_wanted & note_locks) != 0; }

#endif

}  // namespace weft::detail
