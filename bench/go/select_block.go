// SPDX-License-Identifier: Apache-2.0

package main

func init() {
	workloads["select_block"] = workload{n: 1000000, body: selectBlock, expected: sumBelow}
}

func selectBlock(n int) int {
	lines := [4]chan int{make(chan int), make(chan int), make(chan int), make(chan int)}
	go func() {
		for i := 0; i < n; i++ {
			lines[i%4] <- i
		}
	}()
	sum := 0
	for i := 0; i < n; i++ {
		sum += receiveAny(&lines)
	}
	return sum
}
