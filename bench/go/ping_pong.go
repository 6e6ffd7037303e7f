// SPDX-License-Identifier: Apache-2.0

package main

func init() {
	workloads["ping_pong"] = workload{n: 1000000, body: pingPong,
		expected: func(n int) int { return sumBelow(n) + n }}
}

func pingPong(n int) int {
	ping, pong := make(chan int), make(chan int)
	go func() {
		for i := range ping {
			pong <- i + 1
		}
		close(pong)
	}()
	sum := 0
	for i := 0; i < n; i++ {
		ping <- i
		sum += <-pong
	}
	close(ping)
	if _, open := <-pong; open {
		return -1
	}
	return sum
}
