// SPDX-License-Identifier: Apache-2.0
//
// A place in a computation, and the jump from one to another: the whole of what assembly provides to fibers.
//
// How it works. switch_context stores three registers (where to go on, stack pointer, frame pointer) in `from`, loads
// three from `to` and jumps. Everything else is declared clobbered, so the compiler itself spills what is live at this
// very call and nothing more; most of the sixty-odd registers are dead there. A function that saves all callee-saved
// registers (Boost.Context, libco) costs three times as much and makes every return mispredict, because its `ret`
// leaves by an address that the return predictor has not seen.
//
// One register more is kept below the stack pointer (and below the red zone of 128 bytes): rbx, on aarch64 x19. clang
// may address a function's locals through it (frames with over-aligned locals and a variable size, which
// AddressSanitizer makes of many), and then believes that assembly leaves it alone although it is in the list of
// clobbers. It is written after the stack has been left and read before it is entered: a signal handler on that stack
// would overwrite it.
//
// What is not saved, and so is shared by the fibers of one thread:
//   the floating-point control words (x86 MXCSR and x87, aarch64 FPCR): a goroutine that changes the rounding mode
//     must restore it before it blocks;
//   the signal mask, the thread pointer, the thread's C++ exception state (fiber.hpp swaps the last one).
//
// Who may call it
//   1. The function in which switch_context is inlined must be `noipa` (g++) or `noinline` (clang). Otherwise g++'s
//      interprocedural analysis keeps statics, and both compilers thread-local addresses, in registers across it.
//   2. That function must not keep the address of a thread-local or of errno across it: it may return on another
//      thread.
//   3. A shadow stack (Intel CET) must be off: the return addresses of two stacks are mixed.
// A jump that lands in the middle of a function keeps its unwind tables true: a parked fiber's frame is described by
// the CFI of the function that switched, and at the bottom weft_start_context says that there is no caller.
#pragma once

#include <cstddef>

namespace weft::detail {

/// Where a computation that does not run goes on. Written by the switch that leaves it.
struct cpu_context {
  void* pc = nullptr;
  void* sp = nullptr;
  void* fp = nullptr;
};

static_assert(sizeof(void*) == 8 && offsetof(cpu_context, pc) == 0 && offsetof(cpu_context, sp) == 8 &&
              offsetof(cpu_context, fp) == 16);

#if !defined(__x86_64__) && !defined(__aarch64__)
#error "weft switches contexts on x86-64 and aarch64 only"
#endif

extern "C" void weft_enter_context() noexcept;  // context_*.S: where every fiber begins

/// Leaves the caller in `from` and goes on at `to`, which gets `message`. Returns when somebody switches to `from`,
/// with the message of that somebody.
[[gnu::always_inline]] inline void* switch_context(cpu_context& from, const cpu_context& to, void* message) noexcept {
  cpu_context* save = &from;
  const cpu_context* load = &to;
#if defined(__x86_64__)
  __asm__ __volatile__(
      "leaq 1f(%%rip), %%rax\n\t"
      "movq %%rax, 0(%[save])\n\t"
      "movq %%rsp, 8(%[save])\n\t"
      "movq %%rbp, 16(%[save])\n\t"
      "movq %%rsp, %%rcx\n\t"
      "movq %%rbx, %%r8\n\t"
      "movq 8(%[load]), %%rax\n\t"
      "movq 16(%[load]), %%rbp\n\t"
      "movq -136(%%rax), %%rbx\n\t"
      "movq %%rax, %%rsp\n\t"
      "movq %%r8, -136(%%rcx)\n\t"
      "jmpq *0(%[load])\n"
      "1:\n\t"
      : [message] "+D"(message), [save] "+S"(save), [load] "+d"(load)
      :
      : "rax", "rcx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc", "memory",
#if defined(__AVX512F__)
        "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25", "xmm26", "xmm27",
        "xmm28", "xmm29", "xmm30", "xmm31", "k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7",
#endif
        "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",
        "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
#elif defined(__aarch64__)
  register void* passed __asm__("x0") = message;
  register cpu_context* leave __asm__("x1") = save;
  register const cpu_context* enter __asm__("x2") = load;
  __asm__ __volatile__(
      "adr x3, 1f\n\t"
      "mov x4, sp\n\t"
      "stp x3, x4, [x1]\n\t"
      "str x29, [x1, #16]\n\t"
      "mov x5, x19\n\t"
      "ldp x3, x6, [x2]\n\t"
      "ldr x29, [x2, #16]\n\t"
      "ldr x19, [x6, #-16]\n\t"
      "mov sp, x6\n\t"
      "str x5, [x4, #-16]\n\t"
      "br x3\n"
      "1:\n\t"
#if defined(__ARM_FEATURE_BTI_DEFAULT)
      "hint #36\n\t"  // bti j
#endif
      : "+r"(passed), "+r"(leave), "+r"(enter)
      :
      : "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x20",
        "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x30", "cc", "memory",
#if defined(__ARM_FEATURE_SVE)
        "p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10", "p11", "p12", "p13", "p14", "p15",
#endif
        "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16",
        "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31");
  message = passed;
#endif
  return message;
}

/// Makes `c` a context that, when first switched to, calls entry(message) on the stack that ends at `stack_top` (one
/// past its highest byte, 16-aligned). `entry` must never return.
inline void make_context(cpu_context& c, std::byte* stack_top, void (*entry)(void* message)) noexcept {
  auto** frame = reinterpret_cast<void**>(stack_top - 16);  // weft_enter_context finds `entry` there
  frame[0] = reinterpret_cast<void*>(entry);
  frame[1] = nullptr;
  c = {reinterpret_cast<void*>(&weft_enter_context), frame, nullptr};
}

}  // namespace weft::detail
