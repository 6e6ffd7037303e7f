// SPDX-License-Identifier: Apache-2.0

package main

func init() {
	workloads["select_default"] = workload{n: 5000000, body: selectDefault, expected: identity}
}

func selectDefault(n int) int {
	a, b, c, d := make(chan int), make(chan int), make(chan int), make(chan int)
	misses, sum := 0, 0
	for i := 0; i < n; i++ {
		select {
		case v := <-a:
			sum += v
		case v := <-b:
			sum += v
		case v := <-c:
			sum += v
		case v := <-d:
			sum += v
		default:
			misses++
		}
	}
	return misses + sum
}
