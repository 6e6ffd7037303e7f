// SPDX-License-Identifier: Apache-2.0
//
// The two places where x86-64 code cannot be C++: where a fiber begins, and the call on another stack.
//
// System V ABI facts used: the first argument is in rdi, then rsi, rdx; rsp is a multiple of 16 before each call;
// rbx, rbp, r12 to r15 belong to the caller.
#if defined(__x86_64__)

	.text

// The bottom frame of every fiber. switch_context jumps to weft_enter_context with
//   rsp   stack_top - 16, where make_context has put `entry`
//   rdi   the message
//   rbp   0, from make_context: walks along frame pointers end here
// The CFI says that the return address is undefined, which is how unwinders and gdb learn that there is no caller.
// The nop: unwinders and symbol_of look up the byte before a return address, which must be in this function even for a
// fiber that has not begun.
	.globl	weft_start_context
	.type	weft_start_context, @function
	.p2align 4
weft_start_context:
	.cfi_startproc
	.cfi_undefined rip
	.cfi_undefined rbp
	nop
	.globl	weft_enter_context
	.type	weft_enter_context, @function
weft_enter_context:
	endbr64
	callq	*(%rsp)			// entry(message); rsp is a multiple of 16 here, as the ABI wants
	ud2				// entry has returned: it must not
	.cfi_endproc
	.size	weft_start_context, . - weft_start_context

// void weft_call_on_stack(std::byte* top, void (*f)(void*), void* arg)
//
//   the caller's stack                the other stack
//   | return address | <- CFA - 8     |               | <- top (rdi)
//   | caller's rbp   | <- rbp         | return of f   |
//
// The canonical frame address is counted from rbp, which f preserves, so it does not matter that rsp points into
// another stack: an exception thrown by f passes through, and a frame-pointer walk crosses over.
	.globl	weft_call_on_stack
	.type	weft_call_on_stack, @function
	.p2align 4
weft_call_on_stack:
	.cfi_startproc
	endbr64
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset rbp, -16
	movq	%rsp, %rbp
	.cfi_def_cfa_register rbp
	movq	%rdi, %rsp
	movq	%rdx, %rdi
	callq	*%rsi
	leave				// rsp = rbp: back on the caller's stack
	.cfi_def_cfa rsp, 8
	retq
	.cfi_endproc
	.size	weft_call_on_stack, . - weft_call_on_stack

#endif

	.section .note.GNU-stack, "", %progbits
