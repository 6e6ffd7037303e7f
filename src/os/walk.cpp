// SPDX-License-Identifier: Apache-2.0
//
// Both ABIs keep a frame record where the frame pointer points: the caller's frame pointer, then the return address.
// At the bottom of a fiber the frame pointer is 0 (context_*.S).
//
// The kernel copies each record (process_vm_readv on ourselves): the stack of somebody who runs meanwhile may be given
// back to the system while we look, and then the answer is an error instead of a fault. Half a microsecond a frame. A
// sandbox may forbid that call; then the record is read as it is.
#include "os/walk.hpp"

#include "os/arena_walk.hpp"

#include <sys/uio.h>
#include <unistd.h>
#include <unwind.h>

#include <cerrno>
#include <cstdint>

namespace weft::detail {
namespace {

struct frame_record {
  frame_record* caller;
  void* return_address;
};

bool readable(const frame_record* frame, const std::byte* low, const std::byte* high) noexcept {
  const auto at = reinterpret_cast<std::uintptr_t>(frame);
  return at % alignof(frame_record) == 0 && at >= reinterpret_cast<std::uintptr_t>(low) &&
         at + sizeof(frame_record) <= reinterpret_cast<std::uintptr_t>(high);
}

// AddressSanitizer would take reading a frame record for a stray access: it lies between two instrumented frames.
__attribute__((no_sanitize("address", "thread"))) bool copy_record(const frame_record* frame,
                                                                   frame_record& copy) noexcept {
  const int saved = errno;
  const iovec to{&copy, sizeof copy};
  const iovec from{const_cast<frame_record*>(frame), sizeof copy};
  bool copied = ::process_vm_readv(::getpid(), &to, 1, &from, 1, 0) == static_cast<ssize_t>(sizeof copy);
  if (!copied && errno != EFAULT) {
    copy.caller = frame->caller;
    copy.return_address = frame->return_address;
    copied = true;
  }
  errno = saved;
  return copied;
}

/// The same where reading cannot fault.
__attribute__((no_sanitize("address", "thread"))) frame_record read_record(const frame_record* frame) noexcept {
  return {frame->caller, frame->return_address};
}

struct unwinding {
  void** out;
  std::size_t room;
  std::size_t count;
  bool here;  // the first frame is that of unwind_caller itself
};

_Unwind_Reason_Code note_frame(_Unwind_Context* frame, void* passed) noexcept {
  auto& all = *static_cast<unwinding*>(passed);
  auto* pc = reinterpret_cast<void*>(_Unwind_GetIP(frame));
  if (pc == nullptr || all.count == all.room) return _URC_END_OF_STACK;
  if (!all.here) all.out[all.count++] = pc;
  all.here = false;
  return _URC_NO_REASON;
}

}  // namespace

std::size_t walk_frames(void* pc, void* fp, const std::byte* low, const std::byte* high, void** out,
                        std::size_t n) noexcept {
  std::size_t count = 0;
  if (n > 0 && pc != nullptr) out[count++] = pc;
  const auto* frame = static_cast<const frame_record*>(fp);
  frame_record copy;
  while (count < n && readable(frame, low, high) && copy_record(frame, copy) && copy.return_address != nullptr) {
    out[count++] = copy.return_address;
    if (copy.caller <= frame) break;
    frame = copy.caller;
  }
  return count;
}

stack arena_walk::slot_around(const void* address) noexcept {
  const auto offset = reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(region_);
  if (region_ == nullptr || offset >= region_size_) {
    const std::byte* const found = arena_region(address, region_size_);
    if (found == nullptr) return {};
    region_ = found;
  }
  return readable_part(address);
}

std::size_t arena_walk::frames(void* pc, void* fp, const stack& bounds, void** out, std::size_t n) noexcept {
  const stack slot = slot_around(fp);
  if (slot.top == nullptr) {
    return bounds.top != nullptr ? walk_frames(pc, fp, bounds.low(), bounds.top, out, n) : 0;
  }
  std::size_t count = 0;
  if (n > 0 && pc != nullptr) out[count++] = pc;
  const auto* frame = static_cast<const frame_record*>(fp);
  while (count < n && readable(frame, slot.low(), slot.top)) {
    const frame_record copy = read_record(frame);
    if (copy.return_address == nullptr) break;
    out[count++] = copy.return_address;
    if (copy.caller <= frame) break;
    frame = copy.caller;
  }
  return count;
}

__attribute__((noinline)) std::size_t walk_caller(const stack& bounds, void** out, std::size_t n) noexcept {
  return walk_frames(__builtin_return_address(0), *static_cast<void**>(__builtin_frame_address(0)), bounds.low(),
                     bounds.top, out, n);
}

__attribute__((noinline)) std::size_t unwind_caller(void** out, std::size_t n) noexcept {
  unwinding all{out, n, 0, true};
  _Unwind_Backtrace(note_frame, &all);
  return all.count;
}

}  // namespace weft::detail
