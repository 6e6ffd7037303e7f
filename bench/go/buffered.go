// SPDX-License-Identifier: Apache-2.0

package main

func init() {
	workloads["buffered"] = workload{n: 5000000, expected: sumBelow,
		body: func(n int) int { return oneToOne(128, n) }}
}

func oneToOne(capacity, n int) int {
	line := make(chan int, capacity)
	go func() {
		for i := 0; i < n; i++ {
			line <- i
		}
		close(line)
	}()
	sum := 0
	for i := range line {
		sum += i
	}
	return sum
}
