// SPDX-License-Identifier: Apache-2.0

package main

func init() {
	workloads["select_ready"] = workload{n: 3000000, body: selectReady, expected: sumBelow}
}

func selectReady(n int) int {
	lines := [4]chan int{make(chan int, 1), make(chan int, 1), make(chan int, 1), make(chan int, 1)}
	sum := 0
	for i := 0; i < n; i++ {
		lines[i%4] <- i
		sum += receiveAny(&lines)
	}
	return sum
}

func receiveAny(lines *[4]chan int) int {
	select {
	case v := <-lines[0]:
		return v
	case v := <-lines[1]:
		return v
	case v := <-lines[2]:
		return v
	case v := <-lines[3]:
		return v
	}
}
