// SPDX-License-Identifier: Apache-2.0

package main

func init() {
	workloads["same_goroutine"] = workload{n: 10000000, body: sameGoroutine, expected: sumBelow}
}

func sameGoroutine(n int) int {
	line := make(chan int, 128)
	sum := 0
	for i := 0; i < n; i++ {
		line <- i
		sum += <-line
	}
	return sum
}
