// SPDX-License-Identifier: Apache-2.0
//
// The two places where aarch64 code cannot be C++: where a fiber begins, and the call on another stack.
//
// AAPCS64 facts used: the first argument is in x0, then x1, x2; sp is a multiple of 16; x29 is the frame pointer, x30
// the return address; x19 to x29 and the low halves of v8 to v15 belong to the caller.
#if defined(__aarch64__)

	.text

// The bottom frame of every fiber. switch_context jumps to weft_enter_context with
//   sp    stack_top - 16, where make_context has put `entry`
//   x0    the message
//   x29   0, from make_context: walks along frame pointers end here
// The CFI says that the return address is undefined, which is how unwinders and gdb learn that there is no caller.
// The nop: unwinders and symbol_of look up the byte before a return address, which must be in this function even for a
// fiber that has not begun.
	.globl	weft_start_context
	.type	weft_start_context, %function
	.p2align 4
weft_start_context:
	.cfi_startproc
	.cfi_undefined x30
	.cfi_undefined x29
	nop
	.globl	weft_enter_context
	.type	weft_enter_context, %function
weft_enter_context:
	hint	#36			// bti j: reached by br
	ldr	x1, [sp]
	mov	x30, #0
	blr	x1			// entry(message)
	brk	#1			// entry has returned: it must not
	.cfi_endproc
	.size	weft_start_context, . - weft_start_context

// void weft_call_on_stack(std::byte* top, void (*f)(void*), void* arg)
//
// The frame record (x29, x30) stays on the caller's stack and the canonical frame address is counted from x29, which f
// preserves: an exception thrown by f passes through, and a frame-pointer walk crosses over.
	.globl	weft_call_on_stack
	.type	weft_call_on_stack, %function
	.p2align 4
weft_call_on_stack:
	.cfi_startproc
	hint	#34			// bti c: reached by blr
	stp	x29, x30, [sp, #-16]!
	.cfi_def_cfa_offset 16
	.cfi_offset x29, -16
	.cfi_offset x30, -8
	mov	x29, sp
	.cfi_def_cfa_register x29
	mov	sp, x0
	mov	x0, x2
	blr	x1
	mov	sp, x29			// back on the caller's stack
	.cfi_def_cfa_register sp
	ldp	x29, x30, [sp], #16
	.cfi_def_cfa_offset 0
	.cfi_restore x29
	.cfi_restore x30
	ret
	.cfi_endproc
	.size	weft_call_on_stack, . - weft_call_on_stack

#endif

	.section .note.GNU-stack, "", %progbits
