// SPDX-License-Identifier: Apache-2.0

package main

func init() {
	workloads["skynet"] = workload{n: 1000000, body: skynet, expected: sumBelow}
}

const skynetChildren = 10

func skynetNode(parent chan int, number, size int) {
	if size == 1 {
		parent <- number
		return
	}
	mine := make(chan int)
	for i := 0; i < skynetChildren; i++ {
		go skynetNode(mine, number+i*(size/skynetChildren), size/skynetChildren)
	}
	sum := 0
	for i := 0; i < skynetChildren; i++ {
		sum += <-mine
	}
	parent <- sum
}

func skynet(n int) int {
	top := make(chan int)
	go skynetNode(top, 0, n)
	return <-top
}
