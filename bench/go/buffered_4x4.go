// SPDX-License-Identifier: Apache-2.0

package main

import "sync"

func init() {
	workloads["buffered_4x4"] = workload{n: 5000000, multiple: 4, body: buffered4x4, expected: sumBelow}
}

func buffered4x4(n int) int {
	const producers, consumers = 4, 4
	line := make(chan int, 128)
	var sent, received sync.WaitGroup
	sent.Add(producers)
	for first := 0; first < producers; first++ {
		go func(first int) {
			for i := first; i < n; i += producers {
				line <- i
			}
			sent.Done()
		}(first)
	}
	var sums [consumers]int
	received.Add(consumers)
	for c := range sums {
		go func(mine *int) {
			sum := 0
			for i := range line {
				sum += i
			}
			*mine = sum
			received.Done()
		}(&sums[c])
	}
	sent.Wait()
	close(line)
	received.Wait()
	return sums[0] + sums[1] + sums[2] + sums[3]
}
