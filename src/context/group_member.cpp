// SPDX-License-Identifier: Apache-2.0
//
// The table: lists by the goroutine's address, each with a lock of its own, so that those who come and go on different
// workers seldom meet. Whoever follows the chain holds one lock at a time and takes along, as a copy, what he needs for
// the next step: a member may end meanwhile, and with it a group further up.
#include "weft/detail/group_member.hpp"

#include <cstddef>

#include "weft/detail/group_core.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {

namespace {

struct alignas(64) shelf {
  word_lock lock;
  group_member* first = nullptr;  // under lock, as is the list that it begins
};

constinit shelf shelves[64]{};

[[nodiscard]] shelf& shelf_of(const goroutine* who) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(who);
  return shelves[(address / 32 ^ address / 4096) % 64];  // records are aligned to 32 bytes
}

}  // namespace

void group_member::enrol() noexcept {
  name_ = goroutine_name::of_caller();
  maker_ = group_.maker();
  shelf& at = shelf_of(name_.who);
  at.lock.lock();
  next_ = at.first;
  link_ = &at.first;
  if (next_ != nullptr) next_->link_ = &next_;
  at.first = this;
  at.lock.unlock();
}

group_member::~group_member() {
  if (name_.who == nullptr) return;
  shelf& at = shelf_of(name_.who);
  at.lock.lock();
  *link_ = next_;
  if (next_ != nullptr) next_->link_ = link_;
  at.lock.unlock();
}

bool group_member::caller_is_in(const group_core& group) noexcept {
  goroutine_name next = goroutine_name::of_caller();
  while (next.who != nullptr) {
    const group_core* of = nullptr;
    goroutine_name maker;
    shelf& at = shelf_of(next.who);
    at.lock.lock();
    for (const group_member* m = at.first; m != nullptr && of == nullptr; m = m->next_) {
      if (m->name_ != next) continue;
      of = &m->group_;
      maker = m->maker_;
    }
    at.lock.unlock();
    if (of == &group) return true;
    next = of == nullptr ? goroutine_name() : maker;
  }
  return false;
}

}  // namespace weft::detail
