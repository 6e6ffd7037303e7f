// SPDX-License-Identifier: Apache-2.0

package main

func init() {
	workloads["fork_join"] = workload{n: 32, body: forkJoin, expected: fibonacci, share: func(n int) int { return fibonacci(n+1) - 1 }}
}

// A channel is how a goroutine in Go hands back its result.
func forkJoin(n int) int {
	if n < 2 {
		return n
	}
	left := make(chan int, 1)
	go func() { left <- forkJoin(n - 1) }()
	right := forkJoin(n - 2)
	return <-left + right
}

func fibonacci(n int) int {
	a, b := 0, 1
	for ; n > 0; n-- {
		a, b = b, a+b
	}
	return a
}
